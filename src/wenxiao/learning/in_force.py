"""What is in force now: the model version, and a fingerprint of everything that the engine reads with."""

from __future__ import annotations

import logging
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from wenxiao.learning.models import ModelUse, ModelVersion
from wenxiao.recognition.learning import Adjustment, BadAdjustment
from wenxiao.recognition.settings import Settings

logger = logging.getLogger(__name__)


def version_in_force() -> ModelVersion | None:
    """The model version in use; None for the model as shipped."""
    use = ModelUse.objects.select_related("version").first()
    return use.version if use else None


def version_before() -> ModelUse | None:
    """The use that the present one replaced; None when there is nothing to go back to."""
    return ModelUse.objects.select_related("version")[1:2].first()


def adjustment_in_force() -> Adjustment | None:
    """What the version in use adds to the shipped model; nothing where its content cannot be read (`ModelVersion.trouble`,
    which the page of the models says)."""
    version = version_in_force()
    if version is None:
        return None
    try:
        return version.adjustment
    except BadAdjustment as problem:
        logger.error("model %s cannot be read, the model as shipped is used: %s", version.name, problem)
        return None


def fingerprint(settings: Settings) -> str:
    """Sixteen hexadecimal digits for all data that the engine reads with. The day is not among it: what depends on
    the day is brought up to date daily.
    """
    seen = blake2b(digest_size=8)
    content = {entry.name: entry.read_bytes() for entry in (files("wenxiao.recognition") / "data").iterdir()}
    if settings.data is not None:
        content |= {entry.name: entry.read_bytes() for entry in settings.data.iterdir() if entry.is_file()}
    for name, data in sorted(content.items()):
        seen.update(f"{name} {len(data)}\n".encode() + data)
    if settings.model is not None:
        seen.update(Path(settings.model).read_bytes())
    if settings.adjustment is not None:
        seen.update(settings.adjustment.key.encode())
    return seen.hexdigest()
