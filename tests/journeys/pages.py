"""A page as a person without a script has it: title, headings, links and forms, read from the HTML that was sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

EMPTY: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
UNSAID: Final = frozenset({"script", "style", "svg"})
TEXT_TYPES: Final = frozenset({"text", "password", "email", "tel", "search", "textarea"})

SIGN_OUT: Final = "/sign-out"

Answers = Mapping[str, str | Sequence[str]]
Attributes = dict[str, str]


@dataclass
class Control:
    """One control of a form: what it is called and sends, or what could be chosen."""

    name: str
    kind: str
    value: str = ""
    is_chosen: bool = True
    options: list[str] = field(default_factory=list)

    @property
    def takes_text(self) -> bool:
        """Whether somebody types into it."""
        return self.kind in TEXT_TYPES


@dataclass
class Form:
    """A form: where it goes, how, and what it would send."""

    method: str
    action: str
    controls: list[Control] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        """Whether it asks for that."""
        return any(control.name == name for control in self.controls)

    def choices(self, name: str) -> list[str]:
        """What could be answered to it: the values of the radios or boxes, or the options of the list."""
        mine = [control for control in self.controls if control.name == name]
        return [option for control in mine for option in (control.options or [control.value])]

    def texts(self) -> list[str]:
        """The names of what is typed, each once."""
        return list(dict.fromkeys(control.name for control in self.controls if control.takes_text))

    def filled(self, answers: Answers | None = None, button: str = "") -> list[tuple[str, str]]:
        """What a browser sends with those answers in it; what is not answered goes as it stands.

        `button` is the name of the button that is pressed; the first one that has none is otherwise.
        """
        given = {name: [value] if isinstance(value, str) else list(value) for name, value in (answers or {}).items()}
        unknown = given.keys() - {control.name for control in self.controls}
        if unknown:
            raise LookupError(f"{self.action} has no {sorted(unknown)}; it has {[c.name for c in self.controls]}")
        sent = [(name, value) for name, values in given.items() for value in values]
        for control in self.controls:
            pressed = control.kind != "button" or (button and control.name == button)
            if control.name and control.name not in given and control.is_chosen and pressed:
                sent.append((control.name, control.value))
        return sent


@dataclass
class Page:
    """What was read of a page."""

    title: str = ""
    headings: list[str] = field(default_factory=list)
    """What each `h1` says."""
    links: list[tuple[str, str]] = field(default_factory=list)
    """The address and the words of each."""
    forms: list[Form] = field(default_factory=list)
    text: str = ""
    """What is said aloud."""
    shape: frozenset[str] = frozenset()
    """Which kinds of element it is made of, by tag, class and role: two pages that look different differ in it."""

    @classmethod
    def read(cls, html: str) -> "Page":
        """The page of that HTML."""
        reader = _Reader()
        reader.feed(html)
        reader.close()
        return reader.page()

    def form(self, *names: str) -> Form:
        """The one form that asks for all of these; without any, the one that changes something beside signing out.

        `LookupError` if no form, or more than one, does.
        """
        changing = [each for each in self.forms if each.method == "post" and not each.action.endswith(SIGN_OUT)]
        found = [each for each in (self.forms if names else changing) if all(name in each for name in names)]
        if len(found) != 1:
            there = [(form.action, [control.name for control in form.controls]) for form in self.forms]
            raise LookupError(f"{len(found)} forms of {self.title!r} ask for {names}; there are {there}")
        return found[0]

    def link(self, words: str) -> str:
        """The address of the first link that says so."""
        for href, said in self.links:
            if words.casefold() in said.casefold():
                return href
        raise LookupError(f"no link of {self.title!r} says {words!r}: {[said for _, said in self.links]}")


class _Reader(HTMLParser):
    """One pass over the HTML of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._page = Page()
        self._open: list[str] = []
        self._words: list[str] = []
        self._title: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self._heading: list[str] | None = None
        self._form: Form | None = None
        self._list: Control | None = None
        self._area: tuple[Control, list[str]] | None = None
        self._shape: set[str] = set()

    def page(self) -> Page:
        """What was read."""
        self._page.title = " ".join("".join(self._title).split())
        self._page.text = " ".join("".join(self._words).split())
        self._page.shape = frozenset(self._shape)
        return self._page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        bare = {name for name, value in attrs if value is None}
        if tag not in EMPTY:
            self._open.append(tag)
        self._shape.update(_kinds(tag, at))
        if tag == "a" and "href" in at:
            self._link = (at["href"], [])
        elif tag == "h1":
            self._heading = []
        elif tag == "form":
            self._form = Form(at.get("method", "get").lower(), at.get("action", ""))
            self._page.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, at, bare)
        if tag in {"p", "li", "td", "th", "div", "h1", "h2", "h3", "dt", "dd", "br", "option", "tr"}:
            self._words.append(" ")

    def _control(self, form: Form, tag: str, at: Attributes, bare: set[str]) -> None:
        name = at.get("name", "")
        if "disabled" in at or "disabled" in bare:
            return
        if tag == "input":
            kind = at.get("type", "text")
            chooses = kind in {"radio", "checkbox"}
            kind = "button" if kind in {"submit", "image"} else kind
            value = at.get("value", "on" if chooses else "")
            form.controls.append(Control(name, kind, value, is_chosen=not chooses or "checked" in at))
        elif tag == "button":
            form.controls.append(Control(name, "button", at.get("value", "")))
        elif tag == "textarea":
            self._area = (Control(name, "textarea"), [])
            form.controls.append(self._area[0])
        elif tag == "select":
            self._list = Control(name, "select")
            form.controls.append(self._list)
        elif tag == "option" and self._list is not None:
            self._list.options.append(at.get("value", ""))
            if "selected" in at or len(self._list.options) == 1:
                self._list.value = at.get("value", "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in self._open and self._open.pop() != tag:
            pass
        if tag == "a" and self._link is not None:
            self._page.links.append((self._link[0], " ".join("".join(self._link[1]).split())))
            self._link = None
        elif tag == "h1" and self._heading is not None:
            self._page.headings.append(" ".join("".join(self._heading).split()))
            self._heading = None
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._list = None
        elif tag == "textarea" and self._area is not None:
            self._area[0].value = "".join(self._area[1]).removeprefix("\n")
            self._area = None

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self._title.append(data)
            return
        if UNSAID.isdisjoint(self._open):
            self._words.append(data)
        if self._area is not None:
            self._area[1].append(data)
        for held in (self._link[1] if self._link else None, self._heading):
            if held is not None:
                held.append(data)


def _kinds(tag: str, at: Attributes) -> Iterator[str]:
    """What an element is, so that a page with something on it that another has not has a shape of its own."""
    yield tag
    if "role" in at:
        yield f"{tag}[{at['role']}]"
    for name in at.get("class", "").split():
        yield f"{tag}.{name}"
