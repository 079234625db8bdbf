"""A small tree of an HTML page, for tests that look at what it says and send its forms."""

from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Node:
    """An element with its attributes, and what it contains."""

    def __init__(self, tag: str, attrs: dict[str, str], parent: "Node | None", page: "list[Node]") -> None:
        self.tag, self.attrs, self.parent = tag, attrs, parent
        self.inside: list[Node | str] = []
        # Where it stands among all elements of the page, and where the first one behind it does.
        self.page, self.place, self.end = page, len(page), len(page) + 1
        page.append(self)

    def __getitem__(self, name: str) -> str:
        return self.attrs[name]

    def __repr__(self) -> str:
        return f"<{self.tag} {self.attrs}> {self.text[:60]}"

    def walk(self) -> Iterator["Node"]:
        """Go over all elements below, in the order of the page."""
        return iter(self.page[self.place + 1 : self.end])

    def all(self, tag: str = "", cls: str = "", **attrs: str) -> list["Node"]:
        """Return the elements below with this tag, class and attributes (`_` stands for `-`)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}.items()
        return [
            node
            for node in self.walk()
            if tag in ("", node.tag) and (not cls or cls in node.classes) and wanted <= node.attrs.items()
        ]

    def one(self, tag: str = "", cls: str = "", **attrs: str) -> "Node":
        """Return the only such element."""
        found = self.all(tag, cls, **attrs)
        assert len(found) == 1, f"{len(found)} of {tag}.{cls} {attrs} in {self.text[:500]}"
        return found[0]

    @property
    def classes(self) -> list[str]:
        """The classes of the element."""
        return self.attrs.get("class", "").split()

    @property
    def text(self) -> str:
        """What can be read in it; white space is collapsed, scripts and templates are left out."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for item in self.inside:
            if isinstance(item, str):
                yield item
            elif item.tag not in ("script", "style", "template"):
                yield f" {item.text} "

    @property
    def raw(self) -> str:
        """The text directly in it, as it stands: what a script element holds."""
        return "".join(item for item in self.inside if isinstance(item, str))

    def cells(self) -> list[list[str]]:
        """Return the texts of a table's rows, heads included."""
        return [[cell.text for cell in row.walk() if cell.tag in ("td", "th")] for row in self.all("tr")]

    def fields(self) -> dict[str, str]:
        """Return what a browser would send of a form that nobody has touched."""
        sent: dict[str, str] = {}
        for node in self.walk():
            name = node.attrs.get("name")
            if name is None or "disabled" in node.attrs:
                continue
            if node.tag == "select":
                options = node.all("option")
                for option in [option for option in options if "selected" in option.attrs] or options[:1]:
                    sent[name] = option.attrs.get("value", option.text)
            elif node.tag == "input" and (
                node.attrs.get("type") not in ("checkbox", "radio") or "checked" in node.attrs
            ):
                sent[name] = node.attrs.get("value", "")
        return sent


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page: list[Node] = []
        self.root = self.at = Node("", {}, None, self.page)

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks where in the text a tag stands."""
        del i
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs), f"<{tag}> repeats an attribute: {attrs}"
        node = Node(tag, values, self.at, self.page)
        self.at.inside.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent is not None
        self.at.end = len(self.page)
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


@lru_cache(maxsize=64)
def parse(html: str) -> Node:
    """Return the tree of a page; it must be well formed and use each id once.

    Reading a page takes longer than making it, and many tests begin at the same one: nobody may change a tree.
    """
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.at is builder.root, f"<{builder.at.tag}> is left open"
    builder.root.end = len(builder.page)
    ids = [node["id"] for node in builder.root.walk() if "id" in node.attrs]
    assert len(ids) == len(set(ids)), f"ids are not unique: {[i for i in ids if ids.count(i) > 1]}"
    return builder.root
