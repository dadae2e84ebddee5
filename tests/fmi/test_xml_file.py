"""XML files hold what ElementTree writes, byte for byte."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from hypothesis import given
from hypothesis import strategies as st

from packfmu.fmi.xml_file import xml_file

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t&<>\"'"), max_size=8)


@given(values=st.lists(TEXT, min_size=1, max_size=4))
def test_the_bytes_are_those_of_elementtree(values):
    root = Element("ssd:root", {f"a{place}": value for place, value in enumerate(values)})
    outer = SubElement(root, "outer", values=values[0])
    SubElement(SubElement(outer, "inner"), "innermost", value=values[-1])
    SubElement(root, "number").text = "0.5 < 1"
    written = xml_file(root)
    ElementTree.indent(root)
    assert written == ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
