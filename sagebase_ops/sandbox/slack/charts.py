"""The charts that Slack draws itself, and what it wants of their numbers. Source: docs.slack.dev, data_visualization."""

from typing import Any

from sagebase_ops.sandbox.slack.shapes import Found, array, by_type, every, number, shape, string

_label = string(20)
_point = shape({"label": _label, "value": number()})
_slice = shape({"label": _label, "value": number(5e-324)})  # above 0
_series = shape({"name": _label, "data": array(_point, 20)})
_axes = shape({"categories": array(_label, 20)}, {"x_label": string(50), "y_label": string(50)})


def _covered(value: Any, pointer: str, found: Found) -> None:
    """Categories and series are each there once, and every series has one point per category, in order."""
    if found.errors:
        return
    categories, series = value["axis_config"]["categories"], value["series"]
    if len(set(categories)) != len(categories):
        found.say("categories must be unique", f"{pointer}/axis_config/categories")
    if len({one["name"] for one in series}) != len(series):
        found.say("series names must be unique", f"{pointer}/series")
    for place, one in enumerate(series):
        if [point["label"] for point in one["data"]] != categories:
            found.say("must have one point per category", f"{pointer}/series/{place}/data")


_lines = every(shape({"series": array(_series, 12), "axis_config": _axes}), _covered)
data_visualization = by_type(
    {"pie": shape({"segments": array(_slice, 12)}), "bar": _lines, "line": _lines, "area": _lines}
)
