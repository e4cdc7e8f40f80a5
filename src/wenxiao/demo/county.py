"""What a demo county is made of. Plain dataclasses: the export, the web demo and the tests all load these.

Times are local wall-clock times without a zone, as in `wenxiao.recognition.schema`. Units are named by their `id`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

CLOSURES = ("substantive", "staged_dated", "staged_undated", "procedural", "unclear")
KINDS = ("commitment", "enforcement", "repeat", "crossing", "flagged", "dissatisfied")
UNIT_KINDS = ("centre", "department", "utility", "town", "village")
ROLES = ("analyst", "handler", "leader", "administrator")
EVENT_KINDS = (
    "called",
    "dispatched",
    "signed",
    "returned",
    "reassigned",
    "chased",
    "extended",
    "supervised",
    "replied",
    "closed",
    "called_back",
    "rated",
    "rehandled",
    "commitment_kept",
    "commitment_broken",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the organisation tree. `parent` is "" for the centre only.

    `care` (0 to 1) is how often the unit really settles what it closes and `tone` the phrase bank its clerk writes
    from: they are settings of the generator, not facts that a user would see.
    """

    id: str
    name: str
    short: str
    kind: str
    parent: str
    tone: str = "plain"
    care: float = 0.6


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in to the demo. No password here: whoever makes the accounts makes those."""

    username: str
    name: str
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an order. `unit` is who did it, `actor` the person or desk as people would say it."""

    order: str
    at: datetime
    kind: str
    unit: str
    actor: str
    text: str = ""


@dataclass(slots=True)
class DemoOrder:
    """One row of the upstream export. "" and None mean that the export leaves the cell empty.

    `due_at` is the time limit of the order, `planned_finish` what the unit wrote into 计划完成时间.
    An order that is still open on the last day has no `reply` and no `closed_at`.
    """

    number: str
    called_at: datetime
    caller: str
    phone: str
    channel: str
    request_type: str
    category1: str
    category2: str
    title: str
    content: str
    address: str
    town: str
    unit: str
    longitude: float
    latitude: float
    dispatched_at: datetime
    signed_at: datetime | None = None
    due_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    reply: str = ""
    status: str = "办理中"
    co_units: tuple[str, ...] = ()
    resolved: str = ""
    satisfaction: str = ""
    dissatisfied_reason: str = ""
    callback: str = ""
    is_hard: bool = False
    is_supervised: bool = False
    is_final: bool | None = None
    planned_finish: date | None = None
    returns: int = 0
    extensions: int = 0
    rehandled: int = 0
    chases: int = 0
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment that the generator put into a reply, and what became of it.

    `start`/`end` are code points in the order's reply and `text` is that slice. `due` is the last day, None where the
    words name none. `kept` is None while the due date lies after the county's last day, or where there is no date.
    """

    start: int
    end: int
    text: str
    due_text: str
    due: date | None
    certainty: str
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one order, because the generator decided it.

    `closure` is how the reply's own words close the order ("" while it is open). `unresolved` is what was really the
    case when it was closed: a reply that claims a result can be untrue, and then only the call-back or a later order
    shows it. `relation` is first, chase (an earlier order of the matter was still open) or repeat (it was closed).
    """

    order: str
    matter: str
    topic: str
    closure: str
    unresolved: int | None
    kinds: tuple[str, ...]
    relation: str
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of the acceptance story; `order` is "" for what happened outside an order (a visit, a resolution)."""

    key: str
    day: date
    title: str
    text: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """The acceptance story: one matter from its first call to its proof. `orders` and `milestones` are in time order."""

    title: str
    matter: str
    units: tuple[str, ...]
    orders: tuple[str, ...]
    milestones: tuple[Milestone, ...]


@dataclass(slots=True)
class County:
    """A whole demo county. `orders` are in the order of their calls, `events` in order of time, `truth` by number."""

    name: str
    notice: str
    seed: int
    since: date
    until: date
    story: Story
    units: list[Unit] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    orders: list[DemoOrder] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)

    def unit(self, unit_id: str) -> Unit:
        """The unit with this id; KeyError when there is none."""
        return next((u for u in self.units if u.id == unit_id), None) or _no_unit(unit_id)

    def events_of(self, number: str) -> list[Event]:
        """The events of one order in time order."""
        return [e for e in self.events if e.order == number]


def _no_unit(unit_id: str) -> Unit:
    raise KeyError(unit_id)
