"""A headless Chromium, driven by its command line alone."""

import json
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt install chromium)")

FRAME = """<!DOCTYPE html><html><body style="margin:0">
<iframe id="frame" src="PAGE" style="border:0;width:WIDTHpx;height:900px"></iframe><p id="told"></p>
<script>
const frame = document.getElementById("frame");
frame.onload = () => {
  const look = setInterval(() => {
    const page = frame.contentDocument;
    if (!page.body.dataset.drawn) { return; }
    clearInterval(look);
    const set = (name, value, kind) => {
      const input = page.getElementById(name);
      input.value = value;
      input.dispatchEvent(new Event(kind));
    };
    const found = (name) => (page.getElementById(name) || {});
    ACTION
    const told = { figures: page.querySelectorAll(".main-svg").length, width: page.documentElement.clientWidth,
      needed: page.documentElement.scrollWidth, chosen: found("chosen").textContent,
      instant: found("instant").textContent, map: found("map").data && found("map").data[0].z,
      lines: found("course").data.filter((each) => each.name === "chosen cell").map((each) => Array.from(each.y)) };
    document.getElementById("told").textContent = JSON.stringify(told);
  }, 50);
};
</script></body></html>
"""
"""Shows the page in a frame, which may be narrower than a window of Chromium, acts on it, and tells what it finds."""


def look_at(page, folder, width, action=""):
    """Open a page `width` pixels wide, run JavaScript in it, and return what is found and the errors of the console."""
    frame = folder / "frame.html"
    frame.write_text(FRAME.replace("PAGE", page.name).replace("WIDTH", str(width)).replace("ACTION", action))
    ended = subprocess.run(
        [
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--allow-file-access-from-files",
            f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", "--virtual-time-budget=20000",
            f"--window-size={max(width, 500)},900", "--dump-dom", frame.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    (told,) = (line for line in ended.stdout.splitlines() if '<p id="told">' in line)
    text = told.partition('<p id="told">')[2].partition("</p>")[0]
    return json.loads(text), [line for line in ended.stderr.splitlines() if "CONSOLE" in line]
