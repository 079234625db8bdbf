"""Imports and exports are counted: which, how they ended, and how many run."""

from pathlib import Path

from app.observe.figures import Figures
from tests import sheets
from tests.served import Site, copied
from tests.uploads import File, send


def test_imports_and_exports_are_counted_with_their_outcome(served_file: Path) -> None:
    with copied(served_file) as database:
        site = Site.on(database)
        assert site.get("/export/targets?unit=article&month=2023-05&format=csv").status_code == 200
        assert site.get("/export/facts/friends?format=csv").status_code == 200
        assert site.get("/export/growth?format=pdf").status_code == 422
        assert site.of("").get("/export/growth").status_code == 303
        assert File(site, sheets.friends_long()).commit().status_code == 200
        assert send(site, "preview", b"x", reading="{}").status_code == 422
        said = Figures.of(site.app).text().decode().splitlines()
    counted = {line for line in said if line.startswith(("luopan_jobs_total", "luopan_jobs_running"))}
    assert counted == {
        'luopan_jobs_total{job="export",outcome="done"} 2.0',
        'luopan_jobs_total{job="export",outcome="refused"} 1.0',
        'luopan_jobs_total{job="import_preview",outcome="done"} 1.0',
        'luopan_jobs_total{job="import_preview",outcome="refused"} 1.0',
        'luopan_jobs_total{job="import_commit",outcome="done"} 1.0',
        'luopan_jobs_running{job="export"} 0.0',
        'luopan_jobs_running{job="import_preview"} 0.0',
        'luopan_jobs_running{job="import_commit"} 0.0',
    }
