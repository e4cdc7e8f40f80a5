"""Addresses of the pages. Names are what templates and the other rooms use."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from wenxiao.web.views import (
    assess,
    auth,
    commitments,
    home,
    imports,
    library,
    models,
    orders,
    overview,
    rules,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("search", home.search, name="search"),
    path("login/", auth.SignIn.as_view(), name="login"),
    path("logout/", auth.SignOut.as_view(), name="logout"),
    path("password/", auth.ChangePassword.as_view(), name="password_change"),
    path("language", login_not_required(set_language), name="set_language"),
    path("assess/", assess.assess, name="assess"),
    path("assess/decide", assess.decide, name="decide"),
    path("assess/undo", assess.undo, name="undo"),
    path("assess/export", assess.export, name="export"),
    path("assess/views", assess.keep_view, name="keep-view"),
    path("assess/views/<int:pk>/delete", assess.drop_view, name="drop-view"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/peek", orders.peek, name="peek"),
    path("orders/<int:pk>/reveal", orders.reveal, name="reveal"),
    path("library/", library.library, name="library"),
    path("library/<str:number>/", library.matter, name="matter"),
    path("commitments/", commitments.commitments, name="commitments"),
    path("commitments/<int:pk>/state", commitments.set_state, name="commitment-state"),
    path("commitments/<int:pk>/correct", commitments.correct, name="commitment-correct"),
    path("overview/", overview.overview, name="overview"),
    path("import/", imports.imports, name="imports"),
    path("import/<int:pk>/", imports.run, name="import"),
    path("import/<int:pk>/confirm", imports.confirm, name="import-confirm"),
    path("import/<int:pk>/retry", imports.retry, name="import-retry"),
    path("import/<int:pk>/discard", imports.discard, name="import-discard"),
    path("import/<int:pk>/rejected.xlsx", imports.rejected, name="import-rejected"),
    path("models/", models.models, name="models"),
    path("models/train", models.start_training, name="models-train"),
    path("models/back", models.back, name="models-back"),
    path("models/reread", models.reread, name="models-reread"),
    path("models/jobs/<int:pk>", models.job, name="engine-job"),
    path("models/<str:name>/", models.version, name="model"),
    path("models/<str:name>/trial", models.start_trial, name="model-trial"),
    path("models/<str:name>/use", models.use, name="model-use"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:file>/", rules.group, name="rule-group"),
    path("rules/<str:file>/edit", rules.rule, name="rule"),
    path("rules/edits/<int:pk>/undo", rules.undo_edit, name="rule-undo"),
]
