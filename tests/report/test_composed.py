import plotly.graph_objects as go

from packfmu.report.composed import composed
from packfmu.report.markup import figure, paragraph


def test_a_page_holds_sections_and_figures_and_escapes_what_is_told():
    made = composed(
        "<a>", "b & c", [paragraph("d", "warning")], [("one", "One", [figure("place", "e", 300)])],
        {"place": go.Figure(go.Scatter(x=[1], y=[2], name="</script>"))},
    )  # fmt: skip
    assert "<h1>&lt;a&gt;</h1>" in made
    assert "b &amp; c" in made
    assert '<a href="#one">One</a>' in made
    assert 'id="place"' in made
    assert '"name":"\\u003c' in made
    assert '<script type="application/json" id="cells">null</script>' in made
