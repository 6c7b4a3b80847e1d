"""Libraries of PKCS#11 in this process: loaded once, called by one thread each, and not waited for for ever.

A library's state belongs to the whole process, so there is one `Library` for each path. The bindings initialise it for
callers that take turns, and a call into it cannot be stopped: a thread of its own makes every call, and whoever waits
gives up after a time. A process that is a copy of another initialises the library anew.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Final, TypeVar

import pkcs11
from pkcs11.exceptions import PKCS11Error

Given = TypeVar("Given")

LETTING_GO_S: Final = 2.0


class Late(Exception):
    """The library did not answer in time, or has not answered somebody before yet."""


class NotStarted(PKCS11Error):
    """The library cannot be loaded, or does not start."""


class Library:
    """One library of PKCS#11 in this process."""

    def __init__(self, path: Path, *, inherited: bool) -> None:
        """Nothing is loaded before the first call; `inherited` says that the process this one came of had loaded it."""
        self.path = path
        self.epoch = 0
        """Grows when the library begins anew: sessions and keys of an epoch before mean nothing, or something else."""
        self._inherited = inherited
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._starting = Lock()
        self._thread: Thread | None = None
        self._overdue: Future[Any] | None = None

    def call(self, work: Callable[[], Given], timeout_s: float) -> Given:
        """What the work gives, which the library's own thread does; `Late` if it takes longer than that."""
        if self._overdue is not None and not self._overdue.done():
            raise Late
        self._start()
        answer: Future[Given] = Future()
        self._calls.put((answer, work))
        if not wait([answer], timeout_s).done:
            if not answer.cancel():
                self._overdue = answer
            raise Late
        return answer.result()

    def token(self, label: str) -> pkcs11.Token:
        """The token of that label. To be asked for in a call, as is what is done with it; the first loads it all."""
        if self._inherited:
            self._inherited = False
            self.begin_again()
        try:
            started = pkcs11.lib(str(self.path))
        except PKCS11Error:
            raise NotStarted from None
        return started.get_token(token_label=label)

    def begin_again(self) -> None:
        """The library looks for its tokens anew, and knows no session of before. To be done in a call."""
        self.epoch += 1
        with suppress(PKCS11Error):
            pkcs11.lib(str(self.path)).finalize()

    def let_go(self) -> None:
        """The library has no session and no thread in this process; one that does not answer is left alone."""
        if self._thread is None:
            return
        with suppress(Late):
            self.call(self.begin_again, LETTING_GO_S)
        self._calls.put(None)
        self._thread.join(LETTING_GO_S)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._serve, name=self.path.name, daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            answer, work = call
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(work())
                except BaseException as fault:  # noqa: BLE001 - whatever it is, whoever waits for the answer has it
                    answer.set_exception(fault)


_LIBRARIES: Final[dict[Path, Library]] = {}
_INHERITED: Final[set[Path]] = set()


def library_at(path: Path) -> Library:
    """The library of that path in this process."""
    return _LIBRARIES.setdefault(path, Library(path, inherited=path in _INHERITED))


def let_go_of_libraries() -> None:
    """No library is loaded here, so that a process which comes of this one finds none; a later call loads it anew."""
    for path in list(_LIBRARIES):
        _LIBRARIES.pop(path).let_go()


def _begin_as_a_copy() -> None:
    _INHERITED.update(_LIBRARIES)
    _LIBRARIES.clear()


os.register_at_fork(after_in_child=_begin_as_a_copy)
