"""The examples of the documentation are run."""

import doctest
import pathlib

import probelang

README = pathlib.Path(__file__).parents[1] / "README.md"


def test_the_examples_of_the_readme_are_what_happens():
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert failed == 0 and tried > 5


def test_the_example_of_the_package_is_what_happens():
    failed, tried = doctest.testmod(probelang)
    assert failed == 0 and tried > 0
