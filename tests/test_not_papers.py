"""What lies beside papers in a folder of downloads is refused as a whole, not read as papers."""

from pathlib import Path

import pytest

from digest.containers.limits import BUFFER
from digest.errors import DumpError
from digest.reading import records
from tests.golden import RECEIVED

PROSE = (
    "It was a long day, and the people who had come to see the kites were tired and wanted to go home. " * 6
)
OTHERS = {
    "films.json": '[{"title": "Kites", "year": 1999, "cast": ["Jane Doe"]}, {"title": "Drums", "year": 1979}]',
    "issues.json": '[{"url": "https://example.org/i/1", "number": 1, "state": "open", "title": "It is broken",'
    ' "body": "words", "user": {"login": "jane"}, "created_at": "2026-04-22T13:33:48Z"}]',
    "jobs.json": '[{"title": "Flyer", "company": "Kites", "description": "Fly.", "url": "https://example.org",'
    ' "date": "2026-01-01"}]',
    "news.json": '{"articles": [{"source": {"name": "News"}, "author": "Jane", "title": "Storm", "description": "A",'
    ' "url": "https://example.org/1", "publishedAt": "2026-01-01T10:00:00Z"}]}',
    "places.json": '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"title": "Square",'
    ' "description": "A place", "date": "2026-01-01"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
    "posts.json": '{"kind": "Listing", "data": {"after": "t3_x", "children": [{"kind": "t3", "data": {"title": "New!",'
    ' "author": "jane", "url": "https://arxiv.org/abs/2401.00001", "created": 1700000000}}]}}',
    "interface.json": '{"openapi": "3.0.0", "info": {"title": "Kites", "description": "An interface", "version": "1",'
    ' "contact": {"url": "https://example.org"}}, "paths": {"/k": {"get": {"summary": "Kites"}}}}',
    "jobs.csv": "title,company,url,date\nFlyer,Kites,https://example.org,2026-01-01\n",
    "issues.csv": "Title,Status,Assignee,Created,URL\nIt is broken,Open,Jane,2026-01-01,https://example.org/1\n",
    "songs.csv": "Title,Artist,Album,Year\nKites,Jane,Drums,1999\n",
    "minutes.txt": "Dear Max,\n\nbelow is the agenda.\n\nTitle: Weekly meeting\nDate: 2026-01-01\nAuthor: Jane\n",
    "site.yaml": "title: My site\nauthor: Jane\ndate: 2026-01-01\ndescription: words\nurl: https://example.org\n",
    "CITATION.cff": "cff-version: 1.2.0\nauthors:\n  - family-names: Doe\ntitle: Kites\ndoi: 10.5281/zenodo.9234\n",
    "guide.md": "# Kites\n\n```yaml\ntitle: Kites\nauthors: Jane\nurl: https://arxiv.org/abs/2401.00001\n```\n",
    "story.txt": f"The Kites\n\n{PROSE}\n\nThe Drums\n\n{PROSE}\n\nThe End\n\n{PROSE}\n",
    "letter.eml": "From: Jane <jane@example.org>\nTo: Max <max@example.org>\nSubject: kites\nMessage-ID: <1@x>\n"
    f"Date: Fri, 1 Mar 2024 10:00:00 +0000\nContent-Type: text/plain\n\nDear Max,\n\n{PROSE}\n\nJane\n",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_holds_no_papers_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(OTHERS[name], encoding="utf-8")
    with (
        file.open("rb", buffering=BUFFER) as dump,
        pytest.raises(DumpError, match="none of the formats can read"),
    ):
        list(records(dump, file.stat().st_size, name, RECEIVED))
