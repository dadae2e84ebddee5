"""The pages in an FMU's documentation folder, made from the declaration and the docstrings of the model's modules."""

from __future__ import annotations

import html
import inspect
import json
import platform
import re
import sys
from collections.abc import Iterable

import numpy as np

from ..core.cache import package_version
from ..core.model import Model
from ..core.variable import Causality, DataType, Detail, Variable
from .definition import Definition, Example
from .description import Flavour, listed
from .docstring import section, to_html
from .units import display_conversion

TABLES = {"Inputs": Causality.INPUT, "Outputs": Causality.OUTPUT, "Parameters": Causality.PARAMETER}

SHARED = re.compile(r"\nShared states\n-+\n.*?(?=\n\n[^\n]+\n-{3,}|\Z)", re.DOTALL)

NO_BREAK = "\N{NO-BREAK SPACE}"
RANGE = f"{NO_BREAK}…{NO_BREAK}"

STYLE = """
:root { color-scheme: light dark;
  --ink: #263238; --soft: #607d8b; --line: #cfd8dc; --ground: #ffffff; --tint: #f3f6f7; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ecef; --soft: #9fb3bd; --line: #3b4a52; --ground: #14191c; --tint: #1f272b; } }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 72rem;
  margin: 2rem auto; padding: 0 1.25rem; }
h1 { margin-bottom: .2rem; } h2 { margin-top: 2.2rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
.lead { font-size: 1.1rem; margin-top: 0; } .note { color: var(--soft); }
pre { background: var(--tint); border-left: 3px solid var(--soft); padding: .7rem 1rem; overflow-x: auto;
  font-size: .9rem; line-height: 1.4; }
code { background: var(--tint); padding: 0 .2em; border-radius: 3px; } pre code { padding: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
th { border-bottom: 2px solid var(--line); white-space: nowrap; }
.number { text-align: right; }
header img { float: right; width: 72px; height: 72px; }
"""


def index_page(component: Definition, flavour: Flavour, detail: Detail) -> str:
    """Return ``documentation/index.html``: what to connect, an example, the ports, how the model works."""
    model = component.model
    needs = "<p>What it needs where it runs, and how it reports what it refuses: "
    needs = f"{needs}<a href='externalDependencies.html'>external dependencies</a>.</p>"
    body = (
        f"<header><img src='../model.png' alt=''><h1>{_text(model.name)}</h1>{lead(component)}"
        f"{needs if flavour.needs_execution_tool else ''}</header>{article(component, detail)}"
        "<p class='note'>The licence is in <a href='licenses/license.txt'>licenses/license.txt</a>. "
        f"Made by packfmu {_text(package_version('packfmu'))}.</p>"
    )
    return page(model.name, body)


def lead(component: Definition) -> str:
    """Return the sentence that says what an FMU is, as HTML."""
    return f"<p class='lead'>{_text(component.model.description)}.</p>"


def article(component: Definition, detail: Detail) -> str:
    """Return what the page of an FMU tells below its title, as HTML: also the documentation site is made of it.

    Parameters
    ----------
    component : Definition
        The FMU.
    detail : Detail
        Which variables its description lists.
    """
    model = component.model
    shown = {variable.path for variable in listed(component, detail)}
    tables = "".join(
        _variable_table(title, [v for v in model.interface if v.causality is causality and v.path in shown])
        for title, causality in TABLES.items()
    )
    left_out = [variable.path for variable in model.interface if not (variable.hidden or variable.path in shown)]
    note = f"<p class='note'>Left out in this detail: {_codes(left_out)}.</p>" if left_out else ""
    members = "".join(f"<h3>{_text(m.name)}</h3>{chapters(m, 4)}" for m in component.members)
    return (
        f"{_connections(component, shown)}{_example(component)}"
        "<h2>Ports</h2><p>Electric current is positive into the cell. Values are in SI units; the display unit in "
        "brackets is what tools may show. <code>name[1..n]</code> stands for n variables, <code>name[1]</code>, "
        "<code>name[2]</code> and so on. Outputs follow from a step, never at once from an input.</p>"
        f"{tables}{note}<h2>How it works</h2>{chapters(model, 3)}{members}"
    )


PACKAGES = ("filelock", "numba", "numpy", "platformdirs", "pythonfmu")
"""What an FMU of the Python flavour needs where it runs, or brings with it."""


def external_dependencies_page(component: Definition) -> str:
    """Return ``documentation/externalDependencies.html`` of the Python flavour."""
    filelock, numba, numpy, platformdirs, pythonfmu = map(package_version, PACKAGES)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = _text(component.model.name)
    body = f"""<h1>What {name} needs where it runs</h1>
<p>This FMU holds its model as Python source. It needs an interpreter with four packages:</p>
<table><tr><th>what</th><th>least</th><th>built with</th></tr>
<tr><td>CPython</td><td>3.11</td><td>{_text(platform.python_version())}</td></tr>
<tr><td>numpy</td><td>2.0</td><td>{_text(numpy)}</td></tr>
<tr><td>numba</td><td>0.62</td><td>{_text(numba)}</td></tr>
<tr><td>filelock</td><td>3.16</td><td>{_text(filelock)}</td></tr>
<tr><td>platformdirs</td><td>4.12</td><td>{_text(platformdirs)}</td></tr></table>
<pre>python -m pip install "numpy&gt;=2" "numba&gt;=0.62" filelock platformdirs</pre>
<p>pythonfmu {_text(pythonfmu)}, which joins FMI to Python, is inside, under a name of its own: another
version of it in the same process does no harm, and none need be installed.</p>
<h2>Hosts</h2>
<ul><li>Linux and Windows on 64-bit Intel and AMD processors; there is no library for macOS.</li>
<li>A host that is not Python itself needs the interpreter's library where the loader finds it: on Windows
<code>python3.dll</code> in the search path; on Linux the library of the same minor version preloaded, as in
<code>LD_PRELOAD=libpython{python}.so.1.0</code>. The packages are those of the <code>python3</code> that comes first
in <code>PATH</code>, a virtual environment's too. Leave SciPy out of that environment: the Fortran library that it
brings was seen to abort such a host when it ends.</li>
<li>The folder that the FMU is unpacked in should have a name of plain ASCII characters.</li>
<li>The first initialisation on a machine is late by some seconds: the model is compiled then, and kept in the user's
cache for all sizes.</li></ul>
<h2>Calls</h2>
<ul><li>What is refused (a value out of its bounds, a state of another FMU) is reported by the logger in category
<code>logStatusError</code> and changes nothing, but the call returns <code>fmi2OK</code>, for this interface to Python
has no other return value than a fatal one. The next <code>fmi2DoStep</code> returns <code>fmi2Discard</code>, until the
value is set right or the FMU is reset.</li>
<li>A step that cannot be taken returns <code>fmi2Discard</code>, with its reason in category
<code>logStatusDiscard</code>, and leaves the FMU as it was; so does one that does not begin where the last one ended.
From then on <code>fmi2Terminated</code> is true, and <code>fmi2LastSuccessfulTime</code> the time that this step was
given.</li>
<li>Messages come only where the FMU is instantiated with <code>loggingOn</code>. Switch it on: some importers do not
look at the status of a step, and go on with outputs that no longer change.</li></ul>"""
    return page(f"{component.model.name}: external dependencies", body)


def page(title: str, body: str) -> str:
    """Return an HTML document that needs nothing from elsewhere."""
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{_text(title)}</title><style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def chapters(model: Model, level: int) -> str:
    """Return the docstrings of a model's modules as HTML: the first one is the text, each further one a section.

    Titles are of this level and the next. What they say of shared states is for those who change the code, and is
    left out.
    """
    texts = [SHARED.sub("", inspect.cleandoc(sys.modules[name].__doc__ or "")) for name in model.fields.modules]
    return "\n".join([*(to_html(text, level) for text in texts[:1]), *(section(text, level) for text in texts[1:])])


def _variable_table(title: str, variables: list[Variable]) -> str:
    if not variables:
        return ""
    rows = "".join(
        f"<tr><td>{_codes([_indexed(variable)])}</td><td>{_text(_unit(variable))}</td>"
        f"<td class='number'>{_text(_start(variable)) if title != 'Outputs' else ''}</td>"
        f"<td class='number'>{_text(_bounds(variable))}</td><td>{_text(_sentence(variable))}</td></tr>"
        for variable in variables
    )
    return (
        f"<h3>{title}</h3><div class='wide'><table><tr><th>name</th><th>unit</th>"
        f"<th class='number'>{'start' if title != 'Outputs' else ''}</th><th class='number'>bounds</th>"
        f"<th>meaning</th></tr>{rows}</table></div>"
    )


def _connections(component: Definition, shown: set[str]) -> str:
    """Return what goes in and out at each terminal, and the inputs that belong to none."""
    model, joined = component.model, {member for terminal in component.terminals for member in terminal.members}
    roles = (Causality.INPUT, Causality.OUTPUT, Causality.PARAMETER)
    rows = [("terminal", "connect to", "inputs", "outputs", "parameters")]
    for terminal in component.terminals:
        members = [model.variable(name) for name in terminal.members if name in shown]
        name = f"<code>{_text(terminal.name)}</code>, {_text(terminal.kind.value)}"
        inputs, outputs, parameters = (_codes([_indexed(v) for v in members if v.causality is role]) for role in roles)
        rows.append((name, _text(terminal.partner), inputs, outputs, parameters))
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    lines = [_row("td" if number else "th", row) for number, row in enumerate(zip(*columns, strict=True))]
    table = f"<div class='wide'><table>{''.join(lines)}</table></div>" if component.terminals else ""
    free = [_indexed(v) for v in model.inputs if v.path not in joined and v.path in shown]
    others = f" Inputs beyond these: {_codes(free)}." if free else ""
    return f"<h2>Connect</h2>{table}<p>An input that nothing drives keeps its start value.{others}</p>"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def example_code(name: str, example: Example) -> str:
    """Return the first run of an FMU in Python with FMPy, five lines.

    Parameters
    ----------
    name : str
        The FMU's name, whose file lies in the working directory.
    example : Example
        What is set and recorded.
    """
    return (
        "from fmpy import simulate_fmu\n"
        f"start = {json.dumps(dict(example.start))}\n"
        f"outputs = {json.dumps(list(example.outputs))}\n"
        f'result = simulate_fmu("{name}.fmu", start_values=start, stop_time={example.stop_time:.10g}, output=outputs)\n'
        "print(result[-1])\n"
    )


def _example(component: Definition) -> str:
    if component.example is None:
        return ""
    code = _text(example_code(component.model.name, component.example))
    told = "<p>In Python, with <code>pip install fmpy</code>; all other values are the start values of the FMU:</p>"
    return f"<h2>Example</h2>{told}<pre><code>{code}</code></pre>"


def _indexed(variable: Variable) -> str:
    name = variable.fmi_name or variable.name
    return f"{name}[{', '.join(f'1..{extent}' for extent in variable.shape)}]" if variable.shape else name


def _unit(variable: Variable) -> str:
    if variable.data_type is not DataType.REAL:
        return variable.data_type.value
    return f"{variable.unit} ({variable.display_unit})" if variable.display_unit else variable.unit


def _start(variable: Variable) -> str:
    values = variable.start_values()
    if not values.size:
        return ""
    if variable.data_type is DataType.BOOLEAN:
        return "true" if values.flat[0] else "false"
    least, most = float(np.min(values)), float(np.max(values))
    text = f"{least:.6g}" if least == most else f"{least:.6g}{RANGE}{most:.6g}"
    if variable.display_unit:
        factor, offset = display_conversion(variable.unit, variable.display_unit)
        shown = sorted({f"{factor * value + offset:.6g}" for value in (least, most)}, key=float)
        text += f" ({RANGE.join(shown)}{NO_BREAK}{variable.display_unit})"
    return text


def _bounds(variable: Variable) -> str:
    if variable.data_type is DataType.BOOLEAN:
        return ""
    if variable.min == -np.inf:
        return "" if variable.max == np.inf else f"≤ {variable.max:.6g}"
    return f"≥ {variable.min:.6g}" if variable.max == np.inf else f"{variable.min:.6g}{RANGE}{variable.max:.6g}"


def _sentence(variable: Variable) -> str:
    return variable.description + (" (tunable)" if variable.tunable else "")


def _codes(names: list[str]) -> str:
    """Return names as code; a line may break before the indices of one."""
    return ", ".join(f"<code>{_text(name).replace('[', '<wbr>[')}</code>" for name in names)


def _text(text: str) -> str:
    return html.escape(text, quote=True)
