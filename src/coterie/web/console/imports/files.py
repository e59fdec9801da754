"""Imports: what has come in, and the first step of the next one."""

import csv
import io

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Invalid
from coterie.roads.imports.files import ENCODINGS
from coterie.web.console.imports.uploads import Sent, Upload
from coterie.web.console.imports.words import STATES, TONES, refusal
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter()

PAGE = 20
_SAMPLE = (
    ("订单号", "会员号", "下单时间", "商品编码", "实付金额", "门店"),
    ("A1001", "m001", "2026/1/5 10:30", "w-101", "¥299.00", "浦东店"),
    ("A1002", "m002", "2026/1/5 16:05", "w-205", "¥1,280.00", "静安店"),
    ("A1003", "m001", "2026/1/8 20:40", "w-102", "¥168.00", "浦东店"),
)
_SAMPLE_EN = (
    ("order_no", "member_no", "ordered_at", "sku", "total", "store"),
    ("A1001", "m001", "2026-01-05 10:30", "w-101", "299.00", "Pudong"),
    ("A1002", "m002", "2026-01-05 16:05", "w-205", "1,280.00", "Jing'an"),
    ("A1003", "m001", "2026-01-08 20:40", "w-102", "168.00", "Pudong"),
)


@router.get("/imports")
def imports(request: Request, here: Here, account: Operator, page: int = 0) -> Response:
    """List what came in, and take the next file."""
    return _list(request, here, account, max(0, min(page, 100_000)))


@router.get("/imports/new")
def choose(request: Request, here: Here, account: Operator) -> Response:
    """Step 1 on a page of its own."""
    return _new(request, here, account)


@router.get("/imports/sample.csv")
def sample(request: Request, here: Here, account: Operator) -> Response:
    """Give a small file that shows what may come in."""
    rows = _SAMPLE if here.pages.speech(request, account).language == "zh" else _SAMPLE_EN
    out = io.StringIO()
    out.write("\ufeff")  # without it Excel takes UTF-8 for something else
    csv.writer(out).writerows(rows)
    headers = {"Content-Disposition": 'attachment; filename="coterie-sample.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/imports")
def upload(request: Request, here: Here, account: Operator, sent: Sent) -> Response:
    """Take a file in, and go on to its columns."""
    house, now = here.house, here.house.clock.now()
    if not sent.name:
        speech = here.pages.speech(request, account)
        return _new(request, here, account, wrong=speech.gettext("Choose a file first."))
    try:
        prepared = house.imports.prepare(sent.file, sent.name, now, _encoding(sent))
    except Invalid as error:
        wrong = refusal(here.pages.speech(request, account), error)
        return _new(request, here, account, wrong=f"{sent.name}: {wrong}")
    with house.db.begin(actor_of(account), now) as work:
        one = house.imports.keep(work, prepared)
    return here.pages.redirect(f"/imports/{one.id}/columns")


def _encoding(sent: Upload) -> str:
    return sent.fields.get("encoding", "")


def _list(request: Request, here: Parts, account: Account, page: int) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.imports.page(work, PAGE + 1, page * PAGE)
    return here.pages.render(
        request,
        "console/imports/list.html",
        account=account,
        imports=found[:PAGE],
        states=STATES,
        tones=TONES,
        newer=f"/imports?page={page - 1}" if page else None,
        older=f"/imports?page={page + 1}" if len(found) > PAGE else None,
        encodings=ENCODINGS,
        most=house.imports.most_bytes // 1024**2,
    )


def _new(request: Request, here: Parts, account: Account, wrong: str = "") -> Response:
    return here.pages.render(
        request,
        "console/imports/new.html",
        http_status=400 if wrong else 200,
        account=account,
        wrong=wrong,
        encodings=ENCODINGS,
        most=here.house.imports.most_bytes // 1024**2,
    )
