"""Tables: what exporters call their columns, and how they write several authors into one cell."""

import pytest

from digest.formats import Head, _author_list, table
from digest.papers import Paper
from tests import golden

JANE_AND_MAX = ("Jane Doe", "Max Moe")

HEADERS = {
    "Scopus": '"Authors","Author full names","Author(s) ID","Title","Year","Source title","DOI","Link","Affiliations",'
    '"Abstract"\n'
    '"Doe J.; Moe M.","Doe, Jane (57000000001); Moe, Max (57000000002)","57000000001; 57000000002","Sheep","2024",'
    '"Wool",'
    '"10.5555/1","https://www.example.org/1","Univ Example; Wool Inst","[No abstract available]"',
    "IEEE Xplore": '"Document Title","Authors","Author Affiliations","Publication Title","Date Added To Xplore",'
    '"Publication Year","Abstract","DOI","PDF Link","Online Date"\n'
    '"Sheep","Jane Doe; Max Moe","Univ Example; Wool Inst","Wool","5 May 2025","2024","","10.5555/1","https://www.example.org/1",""',
    "Web of Science": "Publication Type\tAuthors\tAuthor Full Names\tArticle Title\tSource Title\tAbstract\tAddresses"
    "\tPublication Year\tDOI\tDOI Link\tUT (Unique WOS ID)\n"
    "J\tDoe, J; Moe, M\tDoe, Jane; Moe, Max\tSheep\tWool\t\t[Doe, Jane] Univ Example; [Moe, Max] Wool Inst\t2024"
    "\t10.5555/1\thttps://www.example.org/1\tWOS:1",
    "Dimensions": "Rank,Publication ID,DOI,Title,Abstract,Source title,PubYear,Authors,Authors Affiliations,"
    "Dimensions URL\n"
    '1,pub.1,10.5555/1,Sheep,,Wool,2024,"Doe, Jane; Moe, Max",Univ Example,https://www.example.org/1',
    "Lens": "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,Author/s,Abstract,"
    "Source URLs,DOI,PMID\n"
    "000-1,Sheep,2024,2024,journal article,Wool,Jane Doe; Max Moe,,https://www.example.org/1,10.5555/1,",
    "Publish or Perish": "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank,DOI,Abstract\n"
    '3,"Jane Doe, Max Moe",Sheep,2024,Wool,X,https://www.example.org/1,https://scholar.example.org,1,10.5555/1,',
    "Google Scholar": "Authors,Title,Publication,Volume,Number,Pages,Year,Publisher,DOI,Link\n"
    '"Doe, Jane; Moe, Max; ",Sheep,Wool,1,2,3-4,2024,X,10.5555/1,https://www.example.org/1',
    "PubMed": "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI,"
    "Link\n"
    ',Sheep,"Jane Doe, Max Moe.",X,Doe J,Wool,2024,2025/01/05,,,10.5555/1,https://www.example.org/1',
    "Covidence": "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,DOI,Ref,URL\n"
    'Sheep,"Doe, Jane; Moe, Max",,2024,,Wool,1,10.5555/1,,https://www.example.org/1',
    "German": "Titel;Autor;Jahr;Zeitschrift;DOI;Link\nSheep;Jane Doe und Max Moe;2024;Wool;10.5555/1;https://www.example.org/1",
    "French": "Titre;Auteurs;Année;Revue;Résumé;DOI;URL\nSheep;Jane Doe et Max Moe;2024;Wool;;10.5555/1;https://www.example.org/1",
    "Spanish": "Título,Autores,Año,Revista,DOI,Enlace URL\nSheep,Jane Doe y Max Moe,2024,Wool,10.5555/1,https://www.example.org/1",
    "Excel": "sep=;\nTitle;Authors;Year;Journal;DOI;URL\nSheep;Jane Doe, Max Moe;2024;Wool;10.5555/1;https://www.example.org/1",
}  # fmt: skip


@pytest.mark.parametrize("exporter", HEADERS)
def test_an_exporters_columns_are_understood(exporter: str) -> None:
    data = HEADERS[exporter].encode()
    assert table.sniff(Head(data))
    (paper,) = golden.read("table", data)
    assert isinstance(paper, Paper)
    assert (paper.title, paper.abstract, paper.published, paper.venue) == ("Sheep", "", "2024", "Wool")
    assert paper.authors == JANE_AND_MAX
    assert paper.ids == ("doi:10.5555/1",)
    assert paper.links == ("https://www.example.org/1",)
    assert paper.org in {"", "Univ Example"}


@pytest.mark.parametrize(
    "text",
    [
        "Dear all, here are title, authors and abstract of my talk, as you asked.\nBest, Jane\n",
        "name,email,phone\nJane,jane@example.org,1\n",
        "id,title\n1,Director\n",
        "- [Sheep](https://arxiv.org/abs/2401.00001), title, authors\n",
    ],
)
def test_what_is_no_table_of_papers_is_left_alone(text: str) -> None:
    assert not table.sniff(Head(text.encode()))


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Doe, Jane; Moe, Max; ", JANE_AND_MAX),
        ("Doe, Jane and Moe, Max", JANE_AND_MAX),
        ("Jane Doe, Max Moe", JANE_AND_MAX),
        ("Jane Doe and Max Moe", JANE_AND_MAX),
        ("Jane Doe, Paula Poe, and Max Moe", ("Jane Doe", "Paula Poe", "Max Moe")),
        ("Jane Doe|Max Moe", JANE_AND_MAX),
        ("['Jane Doe', 'Max Moe']", JANE_AND_MAX),
        ("[{'name': 'Jane Doe'}, {'name': \"Max O'Moe\"}]", ("Jane Doe", "Max O'Moe")),
        ("Doe, J., Moe, M. A.", ("J. Doe", "M. A. Moe")),
        ("Doe J, Moe MA.", ("Doe J", "Moe MA")),
        ("Yang Z., Jiang B.", ("Yang Z.", "Jiang B.")),
        ("Doe, Jane", ("Jane Doe",)),
        ("van der Roe, Max", ("Max van der Roe",)),
        ("J Doe, M Moe...", ("J Doe", "M Moe")),
        ("Doe, Jane; et al.", ("Jane Doe",)),
        ("Plato", ("Plato",)),
        ("", ()),
    ],
)  # fmt: skip
def test_authors_in_one_cell_are_told_apart(cell: str, names: tuple[str, ...]) -> None:
    assert _author_list.split(cell) == names


def test_a_sign_that_is_never_closed_costs_its_own_line_only() -> None:
    data = b'title,authors,year,doi\n"Sheep,Jane Doe,2024,\n' + b"Wool,Max Moe,2024,\n" * 50
    found = golden.read("table", data)
    assert [isinstance(one, Paper) for one in found] == [False] + [True] * 50
