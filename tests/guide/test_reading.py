"""Which lines of a guide ask for something?"""

from sagebase_ops.guide.answers import shipped_guide
from sagebase_ops.guide.reading import GuideLine, Kind, lines_of

GUIDE = """
# Title

## Daily

### 1. Look

Each morning
look at **the** `page`.

```bash
# a comment
export A=1
gcloud run services describe $A \\
  --region=$R \\
  --format="value(status)"
```

| what | limit |
|------|-------|
| **CPU** | 80% |

1. [open](https://example.com) the `page`
   - deeper

     once more

> quoted

    SELECT indented;

## Queries

```sql
-- unused
SELECT a
FROM b;
SELECT c;
```

```
resource.type="x"
severity>=ERROR
```
"""


def read(kind: Kind) -> list[GuideLine]:
    return [line for line in lines_of(GUIDE) if line.kind is kind]


def test_a_command_goes_on_after_a_backslash_and_sql_to_its_semicolon() -> None:
    assert [line.text for line in read(Kind.COMMAND)] == [
        "export A=1",
        'gcloud run services describe $A --region=$R --format="value(status)"',
        "SELECT indented;",
        "SELECT a FROM b;",
        "SELECT c;",
        'resource.type="x" severity>=ERROR',
    ]


def test_a_line_knows_where_it_stands() -> None:
    describe = read(Kind.COMMAND)[1]
    assert (describe.section, GUIDE.splitlines()[describe.number - 1]) == (
        ("Daily", "1. Look"),
        "gcloud run services describe $A \\",
    )
    assert [line.heading for line in read(Kind.COMMAND)[3:]] == ["Queries"] * 3


def test_rows_and_items_are_their_words_without_markup() -> None:
    assert [line.text for line in read(Kind.ROW)] == ["CPU | 80%"]
    assert [line.text for line in read(Kind.ITEM)] == ["open the page", "deeper"]


def test_a_paragraph_is_a_line_wherever_it_stands() -> None:
    assert [line.text for line in read(Kind.PARAGRAPH)] == ["Each morning look at the page.", "once more", "quoted"]


def test_what_is_written_as_html_is_a_line_and_a_comment_is_none() -> None:
    html = "<table><tr><td>CPU</td>\n<td>80%</td></tr></table>\n\n<!-- later\n -->\n"
    assert [(one.kind, one.text) for one in lines_of(html)] == [(Kind.PARAGRAPH, "CPU 80%")]


def test_the_shipped_guide_is_read_whole() -> None:
    lines = lines_of(shipped_guide())
    assert len(lines) == 138
    assert len({line.section for line in lines}) == 46
