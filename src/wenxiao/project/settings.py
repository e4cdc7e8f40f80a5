"""Django settings. What an installation may change comes from the environment (env.py, docs/settings.md)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from wenxiao.learning.reader import ReaderSettings
from wenxiao.project import env

PACKAGE = Path(__file__).resolve().parent.parent
HOME = env.home()
UPLOADS = HOME / "uploads"
#: An administrator's own copies of rule and word files; a file that is not there is taken from the package.
RULES = HOME / "rules"

DEBUG = env.flag("WENXIAO_DEBUG")
SECRET_KEY = env.secret_key(HOME)
ALLOWED_HOSTS = env.names("WENXIAO_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("WENXIAO_ORIGINS", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_tasks",
    "django_tasks_db",
    "treebeard",
    "wenxiao.units",
    "wenxiao.orders",
    "wenxiao.learning",
    "wenxiao.library",
    *(["wenxiao.web"] if find_spec("wenxiao.web") else []),
]

MIDDLEWARE = [
    # Pages and files shrink to a fifth on the way; random padding keeps their sizes from telling what is in them.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "wenxiao.project.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "wenxiao.web.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wenxiao.web.signing_in.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wenxiao.project.middleware.database_trouble",
    "wenxiao.project.middleware.nothing_to_show",
    "wenxiao.project.middleware.no_null_characters",
]

ROOT_URLCONF = "wenxiao.project.urls"
WSGI_APPLICATION = "wenxiao.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": env.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "units.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "wenxiao.units.passwords.LongEnough"},
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "CommonPasswordValidator",
            "NumericPasswordValidator",
        )
    ),
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = env.number("WENXIAO_SESSION_HOURS", 12) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("WENXIAO_HTTPS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("WENXIAO_HTTPS") else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# A work order has local wall-clock times and no zone (recognition/schema.py), and China has one zone. So the whole
# product speaks it: no conversion, no day that is another day at the border of two zones.
USE_TZ = False
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
# Figures are grouped by three in both languages; Django has no grouping for Chinese.
FORMAT_MODULE_PATH = "wenxiao.project.formats"

STATIC_URL = "/static/"
# WhiteNoise serves the files from the package: nothing to collect before the first start, and no STATIC_ROOT.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# Pages name their files with a print of the content (web.templatetags.wx.asset): a browser asks once for each.
WHITENOISE_IMMUTABLE_FILE_TEST = None if DEBUG else ".*"

#: The largest file that the upload takes, in bytes.
UPLOAD_MAX_BYTES = env.number("WENXIAO_UPLOAD_MB", 512) * 1024 * 1024
#: Days for which the file of an import that was not confirmed, or that failed, is kept.
UPLOAD_DAYS = env.number("WENXIAO_UPLOAD_DAYS", 3)
# An upload goes to a temporary file in the data folder's disk from 2.5 MB on, never whole into memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

#: Orders written in one transaction by an import, and read in one go by the recognition.
IMPORT_BATCH = env.number("WENXIAO_IMPORT_BATCH", 2000)
#: A history of fewer orders is grouped as a whole whenever something is new.
GROUP_ALL_BELOW = env.number("WENXIAO_GROUP_ALL_BELOW", 5000)
#: An import that has not moved for so many seconds was killed, and is taken up again.
IMPORT_LEASE_SECONDS = env.number("WENXIAO_IMPORT_LEASE", 60)
#: Processes that recognise at once; 0 means one for each core.
RECOGNITION_PROCESSES = env.number("WENXIAO_PROCESSES", 0)

#: A language model on the centre's own network that gives a second opinion on the unclear middle; off by default.
SECOND_READER = ReaderSettings(
    url=env.text("WENXIAO_READER_URL"),
    model=env.text("WENXIAO_READER_MODEL"),
    key=env.text("WENXIAO_READER_KEY"),
    seconds=env.number("WENXIAO_READER_SECONDS", 20),
    daily=env.number("WENXIAO_READER_DAILY", 500),
    low=env.number("WENXIAO_READER_FROM", 35) / 100,
    high=env.number("WENXIAO_READER_TO", 65) / 100,
    anywhere=env.flag("WENXIAO_READER_ANYWHERE"),
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "wenxiao.project.logs.Discreet", "with_values": DEBUG}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"wenxiao": {"level": "INFO"}, "django_tasks_db": {"level": "WARNING"}},
}
