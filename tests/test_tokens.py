"""Tokens: they say what they said, for one purpose, and nothing else says anything."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.secrets import KEY, Secret, Secrets, fresh, mac, who
from digest.sending import tokens
from digest.sending.tokens import LETTERS, Purpose, Token

NUMBERS = st.integers(0, 2**32 - 1)
PURPOSES: tuple[Purpose, ...] = ("leave", "bounce")


def keys(*secrets: Secret) -> Secrets:
    return Secrets(b"\1" * KEY, secrets)


def secret(number: int, *, believed: bool = True) -> Secret:
    return Secret(number, bytes([number % 251]) * KEY, believed)


ONE = keys(secret(1))


def made(purpose: Purpose, subscriber: int, issue: int) -> tuple[str, Token]:
    numbers = (subscriber,) if purpose == "leave" else (subscriber, issue)
    return tokens.make(secret(1), purpose, *numbers), Token(*numbers)


@settings(deadline=None)
@given(st.sampled_from(PURPOSES), NUMBERS, NUMBERS)
def test_a_token_says_what_it_said_in_whatever_case(purpose: Purpose, subscriber: int, issue: int) -> None:
    token, said = made(purpose, subscriber, issue)
    assert re.fullmatch(rf"[a-z2-7]{{{LETTERS[purpose]}}}", token)
    assert tokens.read(token, purpose, ONE) == said
    assert tokens.read(token.upper(), purpose, ONE) == said
    assert tokens.read(token.title(), purpose, ONE) == said


@settings(deadline=None)
@given(st.sampled_from(PURPOSES), NUMBERS, NUMBERS)
def test_a_token_holds_for_one_purpose_only(purpose: Purpose, subscriber: int, issue: int) -> None:
    token, _ = made(purpose, subscriber, issue)
    other: Purpose = "bounce" if purpose == "leave" else "leave"
    assert tokens.read(token, other, ONE) is None
    # Not even with the length that the other purpose has.
    assert tokens.read(token.ljust(LETTERS[other], "a")[: LETTERS[other]], other, ONE) is None
    foreign = tokens.make(secret(1), other, subscriber, *([issue] if purpose == "bounce" else []))
    assert tokens.read(foreign, purpose, ONE) is None


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_letter_of_a_token_can_be_another(purpose: Purpose) -> None:
    token, _ = made(purpose, 12_345, 678)
    for place in range(len(token)):
        for letter in "abcdefghijklmnopqrstuvwxyz234567":
            changed = token[:place] + letter + token[place + 1 :]
            assert (tokens.read(changed, purpose, ONE) is None) == (changed != token), place


@settings(deadline=None)
@given(st.text(max_size=60))
def test_what_nobody_signed_says_nothing(words: str) -> None:
    for purpose in PURPOSES:
        assert tokens.read(words, purpose, ONE) is None


@pytest.mark.parametrize("purpose", PURPOSES)
def test_odd_letters_are_refused_and_not_read_as_others(purpose: Purpose) -> None:
    token, _ = made(purpose, 1, 1)
    for odd in ("ſ", "K", "=", "0", "1", "8", "\n", " "):  # the first two become S and K in upper case
        assert tokens.read(odd + token[1:], purpose, ONE) is None
    assert tokens.read(token + "\n", purpose, ONE) is None


def test_keys_rotate() -> None:
    old, new = secret(1), secret(2)
    token = tokens.make(old, "leave", 7)
    assert tokens.read(token, "leave", keys(new, old)) == Token(7)
    assert tokens.read(token, "leave", keys(new)) is None
    assert tokens.read(token, "leave", keys(new, old._replace(believed=False))) is None
    # After 256 keys two of them have one number in a token.
    again = secret(257)
    assert tokens.read(token, "leave", keys(again, old)) == Token(7)
    assert tokens.read(tokens.make(again, "leave", 8), "leave", keys(again, old)) == Token(8)


def test_a_plan_keeps_its_key_and_signs_with_a_believed_one() -> None:
    old, new = secret(1), secret(2)
    assert keys(new, old).signing(1) == old
    lost = keys(new, old._replace(believed=False))
    assert lost.signing(1) == new
    assert lost.named(1).key == old.key
    with pytest.raises(KeyError):
        lost.named(3)


def test_neighbours_do_not_look_alike() -> None:
    """A reader of letters cannot count the subscribers, nor see who came after whom: the high bits differ too."""
    high = {tokens.make(secret(1), "leave", number)[2:6] for number in range(500)}
    assert len(high) > 490


def test_what_is_said_for_one_purpose_holds_for_no_other() -> None:
    assert mac(b"key", "leave", b"x") != mac(b"key", "bounce", b"x")
    assert mac(b"key", "a", b"bc") != mac(b"key", "ab", b"c")


def test_no_key_is_shown_by_accident() -> None:
    shown = f"{keys(secret(5), secret(6))} {secret(5)!r}"
    assert shown == "Secrets((Secret(5), Secret(6))) Secret(5)"


def test_an_address_is_hidden_by_its_own_key() -> None:
    one, other = keys(secret(1)), Secrets(fresh(), (secret(1),))
    assert who(one, "me@example.org") == who(one, "me@example.org")
    assert who(one, "me@example.org") != who(one, "me@example.com")
    assert who(one, "me@example.org") != who(other, "me@example.org")
    assert len(fresh()) == KEY
    assert fresh() != fresh()
