"""Voices and videos that are handed in: is it what it says, and will WeChat take it?

Sources: RFC 4867 §5 (AMR), ISO/IEC 11172-3 §2.4 (MP3 frames), ISO/IEC 14496-12 §4 (boxes of an MP4 file).
"""

from collections.abc import Iterator
from itertools import islice

from flask_babel import gettext as _

from app.core.errors import InputInvalid

MAX_VOICE_BYTES = 2 * 1024 * 1024
MAX_VOICE_SECONDS = 60
MAX_VIDEO_BYTES = 10 * 1024 * 1024

_AMR = b"#!AMR\n"
_AMR_FRAME_BYTES = dict(enumerate((13, 14, 16, 18, 20, 21, 27, 32, 6))) | {15: 1}  # by type, 20 ms each
_KILOBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KILOBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # by MPEG version
_ENOUGH_FRAMES = 3  # two bytes look like a frame by chance, three frames in a row do not
_LONGEST_PADDING = 4096  # bytes between the tag and the first frame


def check_voice(data: bytes) -> str:
    """The ending of a voice WeChat takes: `amr` or `mp3`.

    Raises: InputInvalid when it is neither, larger than 2 MB or longer than a minute.
    """
    if len(data) > MAX_VOICE_BYTES:
        raise InputInvalid(_("语音太大：最多 2 MB"))
    ending, seconds = measure_voice(data)
    if seconds > MAX_VOICE_SECONDS + 0.5:
        raise InputInvalid(
            _("语音太长：%(seconds)d 秒，最多 %(limit)d 秒", seconds=seconds, limit=MAX_VOICE_SECONDS)
        )
    return ending


def check_video(data: bytes) -> str:
    """The ending of a video WeChat takes: `mp4`.

    Raises: InputInvalid when it is none or larger than 10 MB.
    """
    if len(data) > MAX_VIDEO_BYTES:
        raise InputInvalid(_("视频太大：最多 10 MB"))
    if not is_film(data) or data[8:12] == b"qt  ":
        raise InputInvalid(_("无法识别这个视频：请上传 MP4 文件"))
    return "mp4"


def is_film(data: bytes) -> bool:
    """Whether it is built like an MP4 file."""
    boxes = list(_walk_boxes(data))
    return bool(boxes) and boxes[0] == b"ftyp" and b"moov" in boxes


def measure_voice(data: bytes) -> tuple[str, float]:
    """Its ending, `amr` or `mp3`, and how many seconds it lasts. Raises: InputInvalid when it is neither."""
    if data.startswith(_AMR):
        frames = sum(1 for _frame in _walk_amr(data))
        if frames:
            return "amr", frames * 0.02
    else:
        lengths = list(_walk_mp3(data))
        if len(lengths) >= _ENOUGH_FRAMES:
            return "mp3", sum(lengths)
    raise InputInvalid(_("无法识别这段语音：请上传 AMR 或 MP3 文件"))


def _walk_amr(data: bytes) -> Iterator[int]:
    """Where each frame begins, up to the first that cannot be one."""
    place = len(_AMR)
    while place < len(data) and (size := _AMR_FRAME_BYTES.get(data[place] >> 3 & 15)):
        yield place
        place += size


def _walk_mp3(data: bytes) -> Iterator[float]:
    """The length of each frame in seconds, from the first of a row to its last."""
    for place in islice(range(_skip_id3(data), len(data)), _LONGEST_PADDING):
        if len(list(islice(_walk_frames(data, place), _ENOUGH_FRAMES))) == _ENOUGH_FRAMES:
            return _walk_frames(data, place)
    return iter(())


def _walk_frames(data: bytes, place: int) -> Iterator[float]:
    while frame := _read_frame(data, place):
        size, seconds = frame
        yield seconds
        place += size


def _skip_id3(data: bytes) -> int:
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 127
    return 10 + size


def _read_frame(data: bytes, place: int) -> tuple[int, float] | None:
    """Size in bytes and length in seconds of the layer III frame that begins here."""
    head = data[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, rate = head[1] >> 3 & 3, head[2] >> 2 & 3
    kilobits = (_KILOBITS_1 if version == 3 else _KILOBITS_2)[head[2] >> 4]
    if version not in _HERTZ or rate == 3 or not kilobits:
        return None
    hertz, samples = _HERTZ[version][rate], 1152 if version == 3 else 576
    return samples // 8 * kilobits * 1000 // hertz + (head[2] >> 1 & 1), samples / hertz


def _walk_boxes(data: bytes) -> Iterator[bytes]:
    """The names of the outermost boxes, as long as they fit into the file."""
    place = 0
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        elif size == 0:
            size = len(data) - place
        if size < 8 or place + size > len(data):
            return
        yield data[place + 4 : place + 8]
        place += size
