"""The playbook of stages as a rhythm: early benefits, later questions, topics and fission.

Early (the first week): the welcome packet, what the group is for, small benefits. Middle and late:
polls, topics to talk about, friends bring friends. An operator copies it and makes it hers; the
words are those that a guide posts, so they are Chinese, as the groups are.
"""

from collections.abc import Mapping
from typing import Any

PLAYBOOK = "playbook"


def _play(name: str, kind: str, zh: str, en: str, text: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "titles": {"zh": zh, "en": en}, "text": text, **more}


DOCUMENT: Mapping[str, Any] = {
    "slug": PLAYBOOK,
    "titles": {"zh": "社群阶段手册", "en": "Playbook of stages"},
    "jitter": 20,
    "stages": {"early": 0, "middle": 7, "late": 21},
    "plays": [
        _play(
            "welcome", "welcome", "欢迎礼包", "Welcome packet",
            "欢迎来到「{group}」！入群礼已放进大家的卡券，到店出示即可使用。"
            "群里只聊有用的事：新品、搭配和群友专属福利。",
            day=0, at="18:00", touch="service",
        ),
        _play(
            "who-we-are", "topic", "群主自我介绍", "Who we are",
            "我是本群群主，店里的事都可以问我。大家平时最想看到哪些内容？直接在群里说就好。",
            day=1, at="10:30", touch="emotional",
        ),
        _play(
            "small-benefit", "benefit", "群友红包", "Red packet for the group",
            "今天是群友福利日：一份小红包已备好，先到先得，领取后三天内有效。",
            day=2, at="20:00", touch="commercial",
        ),
        _play(
            "first-topic", "topic", "第一个话题", "First topic",
            "今日话题：你最常穿去上班的是哪一双？晒一张图，我们帮你配一身。",
            day=4, at="20:00", touch="emotional",
        ),
        _play(
            "second-benefit", "benefit", "本周小福利", "This week's benefit",
            "本周群友专享：到店试穿即送护理小样一份，送完即止。",
            day=6, at="11:00", touch="commercial",
        ),
        _play(
            "survey", "poll", "趣味投票", "Survey",
            "来投个票：下一款新品你更想要哪种？回复序号就可以。",
            day=8, at="20:00", touch="emotional",
        ),
        _play(
            "bring-a-friend", "fission", "邀请好友", "Bring a friend",
            "把自己的邀请海报发给好友：好友首单后，你们各得一张券。海报在「我的邀请」里。",
            day=11, at="12:00", touch="commercial",
        ),
        _play(
            "reminder", "reminder", "券到期提醒", "Coupons run out",
            "提醒一下：入群礼里的券快到期了，还没用的朋友抽空来店里看看。",
            day=13, at="17:30", touch="service",
        ),
        _play(
            "topic-night", "topic", "周二话题夜", "Topic night on Tuesdays",
            "周二话题夜开始啦：这周最想入手的一双是什么？说说理由，点赞最多的有小惊喜。",
            every="FREQ=WEEKLY;BYDAY=TU", since=14, at="20:00", touch="emotional",
        ),
        _play(
            "survey-again", "poll", "每月投票", "Survey of the month",
            "每月一问：这个月群里的内容，你最想多看哪一类？回复序号就可以。",
            every="FREQ=MONTHLY;BYDAY=1TH", since=21, at="20:00", touch="emotional",
        ),
        _play(
            "bring-a-friend-again", "fission", "每月邀请日", "Friends' day of the month",
            "本月邀请日：把邀请海报发给一位合适的朋友，好友首单后双方各得一张券。",
            every="FREQ=MONTHLY;BYDAY=3SA", since=21, at="12:00", touch="commercial",
        ),
    ],
}  # fmt: skip
