"""What stands in the file, and where? YAML 1.2 to plain data, with line and column of each key and value."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sagebase_ops.config.mistakes import Mistake, Path, Place, dotted
from sagebase_ops.errors import ConfigError

MOST_BYTES = 1_000_000
MOST_NODES = 50_000
_MERGE = "tag:yaml.org,2002:merge"
_START = Place(1, 1)


@dataclass(slots=True)
class Source:
    """The file as plain data. `places` holds each value's place, `key_places` each key's."""

    data: Any = None  # whatever a person wrote
    places: dict[Path, Place] = field(default_factory=dict)
    key_places: dict[Path, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def place_of(self, path: Path) -> Place:
        """Where `path` stands, or the nearest thing around it that exists."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, _START)

    def place_of_key(self, path: Path) -> Place:
        return self.key_places.get(path) or self.place_of(path)


def read_source(path: FilePath) -> Source:
    """Read `path`. Raises ConfigError for a file that cannot be read as YAML at all."""
    root = _compose(_read_text(path), str(path))
    source = Source()
    if root is None:
        raise ConfigError(f"{path}: the file is empty; `sagebase-ops checks` shows what an entry looks like")
    source.data = _Builder(source, str(path)).build(root, ())
    return source


def _read_text(path: FilePath) -> str:
    if path.is_dir():
        raise ConfigError(f"{path}: this is a folder, not a file; give the file, such as {path / 'schedules.yaml'}")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ConfigError(
                f"{path}: {size:,} bytes; a schedules file has at most {MOST_BYTES:,}; is it the right file?"
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; give another with --config FILE") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start + 1} is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error


def _compose(text: str, name: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ConfigError(f"{where}: not valid YAML: {error.problem or error.context}") from error
    except YAMLError as error:
        raise ConfigError(f"{name}: not valid YAML: {error}") from error
    return node


class _Builder:
    """Turns nodes into plain data. Aliases are expanded, and counted: a YAML bomb is refused, not built."""

    def __init__(self, source: Source, name: str) -> None:
        self._source = source
        self._name = name
        self._constructor = YAML(typ="safe", pure=True).constructor
        self._nodes = 0
        self._open: list[Node] = []

    def build(self, node: Node, path: Path) -> Any:  # Any: whatever a person wrote
        self._count(node)
        self._source.places[path] = _place(node)
        self._open.append(node)
        try:
            return self._value(node, path)
        finally:
            self._open.pop()

    def _value(self, node: Node, path: Path) -> Any:  # Any: as in build
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, position)) for position, item in enumerate(node.value)]
        return self._scalar(node)

    def _count(self, node: Node) -> None:
        self._nodes += 1
        if any(node is other for other in self._open):
            self._refuse(node, "an alias (*name) stands inside what it names; write the value out")
        if self._nodes > MOST_NODES:
            self._refuse(node, f"aliases (*name) expand to more than {MOST_NODES:,} values; write fewer of them")

    def _refuse(self, node: Node, what: str) -> NoReturn:
        place = _place(node)
        raise ConfigError(f"{self._name}:{place.line}:{place.column}: {what}")

    def _mapping(self, node: MappingNode, path: Path) -> dict[Hashable, Any]:
        merged: dict[Hashable, Any] = {}
        own: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged = {**self._merged(value_node, path), **merged}
                continue
            key = self._key(key_node)
            if key in own:
                self._duplicate(key_node, (*path, key))
                continue
            self._source.key_places[(*path, key)] = _place(key_node)
            own[key] = self.build(value_node, (*path, key))
        self._source.places[path] = _place(node)
        return {**merged, **own}

    def _merged(self, node: Node, path: Path) -> dict[Hashable, Any]:
        """`<<: *defaults`: the keys of one mapping, or of several with the first one winning."""
        parts = node.value if isinstance(node, SequenceNode) else [node]
        built = [self.build(part, path) for part in parts]
        return {key: value for part in reversed(built) if isinstance(part, dict) for key, value in part.items()}

    def _key(self, node: Node) -> str:
        return str(node.value) if isinstance(node, ScalarNode) else str(node.start_mark)

    def _scalar(self, node: Node) -> Any:  # Any: str, int, float, bool or None
        if str(node.tag).endswith(":timestamp"):
            return node.value
        try:
            return self._constructor.construct_object(node)
        except MarkedYAMLError:
            self._refuse(node, f"the tag {node.tag} means nothing here; write a plain value")

    def _duplicate(self, node: Node, path: Path) -> None:
        first = self._source.key_places[path]
        what = f"this key stands here twice; the first is on line {first.line}; keep one of them"
        self._source.mistakes.append(Mistake(_place(node), dotted(path), what))


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
