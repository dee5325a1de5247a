"""Address, signature and verdict of the three robots; signatures computed with openssl."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipelines.alerts.channels import Channel, Keys
from pipelines.alerts.message import Message
from pipelines.alerts.robots import call, verdict

AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
MESSAGE = Message("n1", "标题", "一\n二", "red", ("k",), 1)


def test_wecom() -> None:
    made = call(Channel("a", "wecom", "env:K"), Keys("k&1"), MESSAGE, AT)
    assert made.url == "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k%261"
    assert made.body.decode() == '{"msgtype":"markdown","markdown":{"content":"一\\n二"}}'


def test_dingtalk_signs_and_encodes_once() -> None:
    channel = Channel("a", "dingtalk", "env:K", base_url="https://ding.example.gov.cn/oapi/")
    made = call(channel, Keys("tok", "SECa"), MESSAGE, AT)
    assert made.url == (
        "https://ding.example.gov.cn/oapi/robot/send?access_token=tok&timestamp=1700000000000"
        "&sign=4ekVoRzSayY%2BrG73C%2FIjxUSQRHZ4aVH505qvFFtN5%2F8%3D"
    )
    assert json.loads(made.body)["markdown"] == {"title": "标题", "text": "一\n\n二"}
    plain = call(channel, Keys("tok"), MESSAGE, AT)
    assert plain.url == "https://ding.example.gov.cn/oapi/robot/send?access_token=tok"


def test_feishu_signs_in_the_body() -> None:
    made = call(Channel("a", "feishu", "env:K"), Keys("tok", "SECsecret"), MESSAGE, AT)
    assert made.url == "https://open.feishu.cn/open-apis/bot/v2/hook/tok"
    told = json.loads(made.body)
    assert (told["timestamp"], told["sign"]) == (
        "1700000000",
        "nf8qXYDct5R8V0YnauPWm9vbZFHplIurhxxtAjd5AZw=",
    )
    assert told["card"]["header"]["template"] == "red"
    assert told["card"]["elements"] == [{"tag": "markdown", "content": "一\n二"}]
    assert "sign" not in json.loads(
        call(Channel("a", "feishu", "env:K"), Keys("t"), MESSAGE, AT).body
    )


@pytest.mark.parametrize(
    ("kind", "answer", "ok", "code"),
    [
        ("wecom", '{"errcode":0,"errmsg":"ok"}', True, "0"),
        ("wecom", '{"errcode":93000,"errmsg":"invalid webhook url"}', False, "93000"),
        ("wecom", '{"errmsg":"ok"}', False, "NO_CODE"),
        ("wecom", '{"errcode":"0"}', False, "NO_CODE"),
        ("wecom", '{"errcode":false}', False, "NO_CODE"),
        ("wecom", "ok", False, "NOT_JSON"),
        ("wecom", "[0]", False, "NOT_JSON"),
        ("dingtalk", '{"errcode":310000,"errmsg":"sign not match"}', False, "310000"),
        ("feishu", '{"StatusCode":0,"StatusMessage":"success"}', True, "0"),
        ("feishu", '{"code":0,"data":{},"msg":"success"}', True, "0"),
        ("feishu", '{"code":19021,"msg":"sign match fail","StatusCode":0}', False, "19021"),
        ("feishu", '{"errcode":0}', False, "NO_CODE"),
    ],
)
def test_only_the_code_0_is_a_success(kind: str, answer: str, ok: bool, code: str) -> None:
    said = verdict(kind, answer.encode())
    assert (said.ok, said.code) == (ok, code)


def test_a_known_refusal_is_explained_and_an_unknown_one_quoted() -> None:
    known = verdict("dingtalk", b'{"errcode":310000,"errmsg":"sign not match"}')
    assert known.text == "加签、关键词或 IP 名单不符：核对 secret 与本机时钟"
    other = verdict("wecom", b'{"errcode":777,"errmsg":"some  \\n reason"}')
    assert other.text == "some reason"
    assert verdict("wecom", b'{"errcode":-1}').is_busy
