"""Settings of the test suite: a data folder of its own, and the database of DATABASE_URL_TEST (else SQLite)."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="wenxiao-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["WENXIAO_HOME"] = _home
os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL_TEST", "")

from wenxiao.project.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
#: Workers are started by spawning; the suite reads a few orders at a time.
RECOGNITION_PROCESSES = 1
