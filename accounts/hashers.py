"""The hashes of passwords: Django's scrypt, and the hashes that came from Better Auth."""

import base64
import hashlib
import re
import unicodedata

from django.contrib.auth import hashers
from django.utils.crypto import constant_time_compare

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
BETTER_AUTH = re.compile("([0-9a-f]{32}):([0-9a-f]{128})")


def normalize(password: str) -> str:
    """Return a password in the form NFKC, so that every keyboard gives the same one.

    NIST SP 800-63B, section 5.1.1.2. Lone surrogates become U+FFFD, as Node encodes them.
    """
    return LONE_SURROGATE.sub("\ufffd", unicodedata.normalize("NFKC", password))


class ScryptPasswordHasher(hashers.ScryptPasswordHasher):
    """Django's scrypt over the normalized password, so that any spelling of it signs in."""

    def encode(self, password, salt, n=None, r=None, p=None):
        return super().encode(normalize(password), salt, n, r, p)


class BetterAuthPasswordHasher(hashers.BasePasswordHasher):
    """Verifies the hashes of Better Auth, "<32 hex digits>:<128 hex digits>"; makes none itself.

    scrypt with N=16384, r=16, p=1 and 64 bytes. The original's 161 characters don't fit Django's
    column, so both halves are stored as base64 without padding, after the name of the hasher.
    Django replaces the hash at the first successful sign-in, since it isn't the preferred hasher's.
    """

    algorithm = "better_auth"

    @classmethod
    def adopt(cls, stored):
        """Return a hash of Better Auth as stored here. Raise ValueError if it has another form."""
        found = BETTER_AUTH.fullmatch(stored)
        if not found:
            raise ValueError("not a hash of Better Auth's")
        salt, key = (cls.shortened(part) for part in found.groups())
        return f"{cls.algorithm}${salt}${key}"

    @staticmethod
    def shortened(digits):
        """Return hexadecimal digits as base64 without padding."""
        encoded = base64.b64encode(bytes.fromhex(digits))
        return encoded.decode().rstrip("=")

    def decode(self, encoded):
        algorithm, salt, key = encoded.split("$")
        return {
            "algorithm": algorithm,
            "salt": base64.b64decode(salt + "==").hex(),
            "key": base64.b64decode(key + "=="),
        }

    def verify(self, password, encoded):
        kept = self.decode(encoded)
        return constant_time_compare(
            self.key_of(password, kept["salt"]),
            kept["key"],
        )

    def key_of(self, password, salt):
        """Return the 64 bytes that Better Auth derives from a password; the salt is text."""
        return hashlib.scrypt(
            normalize(password).encode(),
            salt=salt.encode(),  # the digits themselves, not the bytes that they spell
            n=16384,
            r=16,
            p=1,
            dklen=64,
            maxmem=64 * 1024 * 1024,
        )

    def safe_summary(self, encoded):
        kept = self.decode(encoded)
        return {
            "algorithm": kept["algorithm"],
            "salt": hashers.mask_hash(kept["salt"]),
        }

    def must_update(self, encoded):
        return True

    def harden_runtime(self, password, encoded):
        """Do nothing: Django calls it for the preferred hasher only, which this one never is."""


def do_the_other_work(password, encoded=""):
    """Hash a password by the hasher that did not check it yet, and discard the result.

    `encoded` is the hash that the password was compared with; without one, Django has run the
    preferred hasher. So each failure costs the work of both hashers, and its time tells neither
    whether there is an account nor its origin. Other parameters of scrypt couldn't make up for the
    work: the time of each depends on the machine.
    """
    adopted = BetterAuthPasswordHasher()
    if encoded.startswith(f"{adopted.algorithm}$"):
        hashers.make_password(password)
    else:
        adopted.key_of(password, adopted.salt())
