"""The demo county: about 3,000 work orders of a county that does not exist, with known answers.

Fiction throughout. The county, its places, companies and people were invented, the phone numbers and coordinates can
belong to nobody, and every phrase was written for this project (`data/*.toml`). It is there to try the software on:
what an engine scores on these phrases says how well it knows our own phrases and must never be quoted as its accuracy.

    county = build_county()                   # the same every time
    write_export(county, "orders.xlsx")       # as an upstream platform exports it
    write_truth(county, "truth.jsonl")        # what is true of each order
"""

from .build import MONTHS, UNTIL, build_county
from .county import Account, County, DemoOrder, Event, Milestone, Promise, Story, Truth, Unit
from .export import write_export, write_truth

__all__ = [
    "MONTHS",
    "UNTIL",
    "Account",
    "County",
    "DemoOrder",
    "Event",
    "Milestone",
    "Promise",
    "Story",
    "Truth",
    "Unit",
    "build_county",
    "write_export",
    "write_truth",
]
