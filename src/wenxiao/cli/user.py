"""`wenxiao user`: accounts from the command line, for the first one and for when nobody can get in any more."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from wenxiao.cli import OK
from wenxiao.cli.acts import do

if TYPE_CHECKING:
    from wenxiao.units.models import User

_ROLES = ("analyst", "handler", "leader", "administrator")


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Declare the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "user",
        help="管理账号：新建、列出、重设密码、停用、恢复",
        description="管理账号。日常在网页的“人员”里做；这里用于建第一个账号，或者管理员自己登录不了的时候。"
        "新密码只显示一次，第一次登录要改掉。",
        epilog="退出码：0 完成；1 没有做成（重名、没有这个账号等）；2 无法启动或命令写错。",
    )
    acts = parser.add_subparsers(dest="act", metavar="做什么", required=True)
    acts.add_parser("list", help="列出账号")
    add = acts.add_parser("add", help="新建账号")
    add.add_argument("name", metavar="账号")
    add.add_argument("--role", choices=_ROLES, default="analyst", help="角色，默认 analyst（研判员）")
    add.add_argument("--unit", default="", metavar="单位", help="单位的名称或别名；经办人（handler）必须写")
    add.add_argument("--full-name", default="", metavar="姓名", help="显示的姓名")
    for act, words in (("password", "重设密码"), ("close", "停用账号"), ("open", "恢复账号")):
        acts.add_parser(act, help=words).add_argument("name", metavar="账号")
    return parser


def run(args: argparse.Namespace) -> int:
    """Do one of the acts; see the exit codes in the help."""
    return do(_ACTS[args.act], args)


def _list(_args: argparse.Namespace) -> int:
    from wenxiao.units.models import User

    people = User.objects.select_related("unit").order_by("username")
    for user in people:
        closed = "" if user.is_active else "　已停用"
        print(f"{user.username}　{user.get_role_display()}　{user.unit or '–'}　{user.display_name}{closed}")
    if not people:
        print("还没有账号。建一个管理员：wenxiao user add admin --role administrator")
    return OK


def _add(args: argparse.Namespace) -> int:
    from wenxiao.units.choices import Role
    from wenxiao.units.people import Account, add_account

    account = Account(Role(args.role), _unit(args.unit), args.full_name)
    user, password = add_account(actor=None, username=args.name, account=account)
    _tell(user, password)
    return OK


def _password(args: argparse.Namespace) -> int:
    from wenxiao.units.people import renew_password

    user, password = renew_password(actor=None, user=_user(args.name))
    _tell(user, password)
    return OK


def _close(args: argparse.Namespace) -> int:
    from wenxiao.units.people import set_open

    user = set_open(actor=None, user=_user(args.name), is_open=args.act == "open")
    print(f"{user.username}：{'已恢复' if user.is_active else '已停用'}")
    return OK


def _tell(user: User, password: str) -> None:
    print(f"{user.username}（{user.get_role_display()}）　一次性密码：{password}")
    print("密码只显示这一次；第一次登录时要改掉。")


def _user(name: str) -> int:
    from django.core.exceptions import ValidationError

    from wenxiao.units.models import User

    found = User.objects.filter(username=name).first()
    if found is None:
        raise ValidationError(f"没有账号“{name}”。列出全部：wenxiao user list")
    return int(found.pk)


def _unit(name: str) -> Any:
    from django.core.exceptions import ValidationError

    from wenxiao.units.naming import find_unit

    if not name:
        return None
    found = find_unit(name)
    if found is None:
        raise ValidationError(f"没有单位“{name}”。先导入工单，或在网页的“单位”里新建。")
    return found


_ACTS = {"list": _list, "add": _add, "password": _password, "close": _close, "open": _close}
