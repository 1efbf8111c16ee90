"""A payer's SFTP server in the test's own process: a real one, over a folder, that can be made to go wrong."""

from __future__ import annotations

import asyncio
import errno
import threading

import asyncssh

USER, PASSWORD = "elm", "right-1"


class PayerServer:
    """`folder` is what the payer has; `is_full` lets writes fail; `show_key()` is what its people would print."""

    def __init__(self, folder):
        self.folder, self.is_full, self.signs_in = folder, False, 0
        self.keys = []
        for name in ("in", "out", "done"):
            (folder / name).mkdir(parents=True)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.host_key, self._server, self.port = asyncssh.generate_private_key("ssh-ed25519"), None, 0
        self.listen()

    def listen(self):
        """Begin, or begin anew (with another host key, for example) on the same port."""
        if self._server:
            self.hang_up()
        self._server = self._do(
            asyncssh.listen(
                "127.0.0.1", self.port, server_host_keys=[self.host_key], server_factory=lambda: _Door(self),
                sftp_factory=lambda channel: _Files(self, channel), reuse_address=True,
            )
        )  # fmt: skip
        self.port = self._server.sockets[0].getsockname()[1]

    def hang_up(self):
        self._do(_closed(self._server))
        self._server = None

    def close(self):
        if self._server:
            self.hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def files(self, folder):
        return sorted(file.name for file in (self.folder / folder).iterdir())

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(_awaited(work), self._loop).result(10)


async def _awaited(work):
    return await work


async def _closed(server):
    server.close()
    await server.wait_closed()


class _Door(asyncssh.SSHServer):
    def __init__(self, payer):
        self.payer = payer

    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        self.payer.signs_in += 1
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return username == USER and key in self.payer.keys


class _Files(asyncssh.SFTPServer):
    def __init__(self, payer, channel):
        super().__init__(channel, chroot=str(payer.folder))
        self.payer = payer

    def write(self, file_obj, offset, data):
        if self.payer.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(file_obj, offset, data)
