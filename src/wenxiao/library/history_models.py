"""What the record keeps so that a new order finds its like: gists of orders, and the lists by which they are looked up."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from wenxiao.orders.models import WorkOrder


class OrderGist(models.Model):
    """What is kept of an order for grouping and for the rules over a collection (recognition.gist), so that neither a
    new order nor a whole grouping has to read texts again.

    `form` says how `facts` was made; of another form than today's it is made anew. `reply` is the print of a reply long
    enough to be a copy, as a signed number, 0 for none. `todo`: what the next grouping still has to do with the order.
    """

    class Todo(models.IntegerChoices):
        NOTHING = 0
        #: It says what it said before, but when it was called or closed, or its reply, has changed, or it was read again.
        CONCLUDE = 1
        #: It is new, or says something else: which matter is it?
        PLACE = 2

    order = models.OneToOneField(WorkOrder, on_delete=models.CASCADE, primary_key=True, related_name="gist")
    form = models.IntegerField()
    facts = models.BinaryField()
    reply = models.BigIntegerField(default=0)
    #: The kinds of problem that it names, "|" between them; those of the title with a "*" before.
    problems = models.TextField(default="")
    escaped = models.BooleanField(default=False)
    todo = models.PositiveSmallIntegerField(choices=Todo, default=Todo.PLACE)

    class Meta:
        indexes = (
            # Whole, not partial: SQLite uses a partial index only where a query repeats its very condition.
            models.Index(fields=("todo", "order"), name="library_gist_to_do"),
            models.Index(fields=("reply", "order"), name="library_gist_copies"),
        )

    def __str__(self) -> str:
        return f"{self.order_id}"


class Vocabulary(models.Model):
    """In how many of `count` orders each word occurs, as it was when the lists of `generation` were written: what words
    weigh. The newest row counts. `words`, `problems` and `areas` are packed by library.postings; `last_order` is the
    newest order in it."""

    generation = models.PositiveIntegerField(unique=True)
    form = models.IntegerField()
    count = models.PositiveIntegerField()
    last_order = models.BigIntegerField(default=0)
    words = models.BinaryField()
    problems = models.BinaryField()
    areas = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.generation}: {self.count}"


class PostingList(models.Model):
    """The orders that some words are looked up by: those whose number begins with `bucket`. Written in one go."""

    generation = models.PositiveIntegerField()
    bucket = models.PositiveIntegerField()
    entries = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("generation", "bucket"), name="library_one_list_a_bucket"),
        )

    def __str__(self) -> str:
        return f"{self.generation}: {self.bucket}"


class Posting(models.Model):
    """One word and one order that came after the lists were written."""

    word = models.IntegerField()
    order = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("word", "order"), name="library_posted"),)

    def __str__(self) -> str:
        return f"{self.word}: {self.order}"
