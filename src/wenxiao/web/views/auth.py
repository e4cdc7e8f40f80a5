"""Signing in and out, and one's own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from wenxiao.units.people import own_password_set


class SignInForm(AuthenticationForm):
    """The same answer for an unknown name, a wrong password and a closed account."""

    error_messages = {  # noqa: RUF012 - as in the class it extends
        "invalid_login": _("账号或密码不对，请再试一次。"),
        "inactive": _("账号或密码不对，请再试一次。"),
    }


class SignIn(auth.LoginView):
    """Whoever is signed in already goes on to where they wanted."""

    template_name = "web/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(auth.LogoutView):
    """By POST only, so that no link on another page can do it."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().post(request, *args, **kwargs)
        messages.info(request, _("您已退出登录。"))
        return answer


class ChangePassword(SuccessMessageMixin[forms.Form], auth.PasswordChangeView):
    """Everybody may change their own."""

    template_name = "web/password.html"
    success_url = reverse_lazy("home")
    success_message = _("密码已修改。")

    def form_valid(self, form: Any) -> Any:
        answer = super().form_valid(form)
        own_password_set(form.user)
        return answer
