"""The control API, checked by its own contract as any server is."""

from __future__ import annotations

from understudy_mockserver.app import create_app
from understudy_mockserver.control.app import FOLDER
from understudy_mockserver.server import serving
from understudy_mockserver.settings import Settings
from understudy_validators import compile_folder
from understudy_validators.checking.campaign import Campaign, Plan
from understudy_validators.checking.loop import LoopThread
from understudy_validators.checking.target import Fresh, Target

CONTRACT = compile_folder(FOLDER)
#: It answers as long as somebody listens.
ENDLESS = "followJournal"


def test_nothing_is_found() -> None:
    with LoopThread() as loop:
        # Its own world is small: the mock itself, in which each case leaves nothing behind.
        app = create_app((), Settings(seed=1, control_token="control-token"))
        root = loop.enter(serving(app))

        def renew() -> Fresh:
            for namespace in list(app.namespaces):
                app.namespaces.delete(namespace.name)
            return Fresh()

        target = Target(f"{root}/_understudy", loop, renew=renew)
        operations = tuple(operation.id for operation in CONTRACT if operation.id != ENDLESS)
        campaign = Campaign(CONTRACT, target, Plan(max_examples=10, operations=operations, shrink=False))
        found = [finding.title for case in campaign.cases() for finding in campaign.run_case(case)]
        target.close()
    assert found == []
    assert target.sent > len(operations)
