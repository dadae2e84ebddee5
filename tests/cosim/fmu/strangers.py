"""FMUs as strangers may send them: small, forged, with whatever is wrong with them."""

import zipfile

import fmpy

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def scalar(name, reference=0, attributes='start="1"', kind="Real", causality="input", variability="continuous"):
    """Return a variable of a model description."""
    return (
        f'<ScalarVariable name="{name}" valueReference="{reference}" causality="{causality}" '
        f'variability="{variability}"><{kind} {attributes}/></ScalarVariable>'
    )


def annotated(inside):
    """Return what packfmu adds to a model description."""
    return f'<VendorAnnotations><Tool name="packfmu"><Annotations>{inside}</Annotations></Tool></VendorAnnotations>'


def description(*variables, identifier="Model", head=HEAD, added="", version="2.0", guid='guid="{1}"'):
    """Return a model description with these variables."""
    return (
        f'{head}<fmiModelDescription fmiVersion="{version}" modelName="Model" {guid}>'
        f'<CoSimulation modelIdentifier="{identifier}"/>{added}'
        f"<ModelVariables>{''.join(variables)}</ModelVariables><ModelStructure/></fmiModelDescription>"
    )


GOOD = description(
    scalar("flow[1]", 1),
    scalar("flow[2]", 2),
    scalar("level", 3, 'start="0"', causality="output"),
    scalar("gain", 4, 'start="2" min="0" max="5" nominal="3"', causality="parameter", variability="fixed"),
    scalar("mode", 5, 'start="1" min="0" max="3"', "Integer", variability="discrete"),
    scalar("enable", 6, 'start="true"', "Boolean", variability="discrete"),
    added=annotated('<Update method="exact"/><Variable name="level" holdTolerance="0.5" dimension="cell"/>'),
)
"""A description that nothing is wrong with."""


def entry(name, mode=None, method=zipfile.ZIP_DEFLATED):
    """Return an entry of an archive."""
    found = zipfile.ZipInfo(name)
    found.orig_filename = found.filename = name  # ZipInfo mends some names
    found.compress_type = method
    if mode is not None:
        found.create_system, found.external_attr = 3, mode << 16
    return found


def archive(path, *entries, text=GOOD):
    """Write an .fmu file with a model description and pairs of entry and content."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        if text is not None:
            file.writestr("modelDescription.xml", text)
        for info, content in entries:
            file.writestr(info, content)
    return path


def patched(path, old, new):
    """Replace bytes of an archive; they must be there."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


LIBRARY = f"binaries/{fmpy.platform}/Model{fmpy.sharedLibraryExtension}"
