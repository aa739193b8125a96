"""Which folders of a Takeout are years and which are albums."""

import pytest

from keepers.workflows.telling import is_year


@pytest.mark.parametrize(
    "name",
    [
        "Photos from 2023", "photos from 1999", "Fotos von 2023", "Fotos aus 2023", "Photos de 2023", "Fotos de 2019",
        "Foto dal 2020", "Foto del 2020", "Foto's uit 2021", "Foto\u2019s uit 2021", "Foton från 2011", "Bilder fra 2020",
        "Zdjęcia z 2019", "Фото за 2019", "2019 年の写真", "2019年の写真", "2019年", "Fotografie z 2019", "2019",
    ],
)  # fmt: skip
def test_folders_of_a_year_are_known_in_many_languages(name):
    assert is_year(name)


@pytest.mark.parametrize(
    "name",
    [
        "Paris 2019", "Ferien 2023", "From 2019 to 2020", "Photos", "Untitled(3)", "Sans titre(9)", "Best photos from 2019 to print",
        "Album test 6-10-23", "12023", "Photos from 1823", "",
    ],
)  # fmt: skip
def test_albums_are_no_years(name):
    assert not is_year(name)
