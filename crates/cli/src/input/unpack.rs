//! Files that are packed with gzip or zstd.

use std::io::{self, BufRead as _, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// What is read, unpacked if its first bytes say that it is packed.
///
/// # Errors
/// If it cannot be read.
pub fn unpacked(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::with_capacity(4);
    from.by_ref().take(4).read_to_end(&mut magic)?;
    let is_gzip = magic.starts_with(&[0x1f, 0x8b]);
    // a frame, or one that is to be skipped before the first
    let is_zstd = matches!(*magic, [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18]);
    let whole = Cursor::new(magic).chain(from);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else if is_zstd {
        Box::new(Frames { from: BufReader::new(whole), decoder: FrameDecoder::new(), is_open: false })
    } else {
        Box::new(whole)
    })
}

/// The frames of zstd, one after the other.
struct Frames<R> {
    from: BufReader<R>,
    decoder: FrameDecoder,
    /// Whether it is within a frame.
    is_open: bool,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_open {
                if self.from.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.is_open = self.open()?;
            } else if self.decoder.can_collect() > 0 {
                return self.decoder.read(out);
            } else if !self.decoder.is_finished() {
                let some = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.from, some).map_err(|_| damaged())?;
            } else {
                self.is_open = false;
                let wanted = self.decoder.get_checksum_from_data();
                if wanted.is_some() && wanted != self.decoder.get_calculated_checksum() {
                    return Err(damaged());
                }
            }
        }
    }
}

impl<R: Read> Frames<R> {
    /// Begins the next frame, or skips it: then there is none yet.
    fn open(&mut self) -> io::Result<bool> {
        match self.decoder.reset(&mut self.from) {
            Ok(()) => Ok(true),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let length = u64::from(length);
                let skipped = io::copy(&mut self.from.by_ref().take(length), &mut io::sink())?;
                if skipped == length { Ok(false) } else { Err(damaged()) }
            }
            Err(error @ FrameDecoderError::WindowSizeTooBig { .. }) => Err(io::Error::other(error)),
            Err(_) => Err(damaged()),
        }
    }
}

/// What the library says of it is for people who know the format.
fn damaged() -> io::Error {
    io::Error::other("its zstd data are cut off or damaged")
}
