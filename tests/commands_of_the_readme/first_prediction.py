"""A newcomer's first success: the first prediction of 00, answered in a browser by somebody who reads nothing."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.learner import Learner
from tests.browser.pages import open_browser, open_page
from tests.jupyterlab import RunningLab
from tests.needs import quiet_network


def answer_first_prediction(lab: RunningLab) -> None:
    """Open the printed link, run cell after cell, commit to an answer, and see it beside what happened."""
    complaints: list[str] = []
    with quiet_network(), open_browser() as browser, open_page(browser, complaints) as page:
        learner = Learner(page=page, lab=lab)
        learner.open("00-start")
        prediction = learner.run_until("spread = predict(")
        prediction.get_by_role("radio", name="3", exact=True).check()
        prediction.get_by_role("button", name="Commit").click()
        expect(learner.run_until("counts = lab.snapshot()")).to_contain_text("What happened: 3")
    assert complaints == []
