//! From a file to one Mach-O image: IMG4 and IM4P, bare compressed streams, then fat files.
use std::borrow::Cow;
use std::io::Read;

use img4::{Codec, Img4, Plan, Scratch};
use macho_core::{CpuSubtype, CpuType, ErrorKind, FatArch, FatFile, FileOffset, MachO, Mode};

use crate::cli::InputArgs;
use crate::failure::Failure;
use crate::input::Input;
use crate::mapped;
use crate::printable::Printable;
use crate::ticket;
use crate::wrong_file;

/// The bytes inside the outermost container.
pub(crate) struct Payload<'a> {
    /// The container, where there is one.
    pub(crate) img4: Option<Img4<'a>>,
    /// The Mach-O or fat file. Offsets that are printed count from its start.
    pub(crate) bytes: Cow<'a, [u8]>,
}

/// Maps or reads the input that the command line names. Of a property list it is the manifest
/// inside.
pub(crate) fn open(args: &InputArgs, stdin: &mut dyn Read) -> Result<Input, Failure> {
    let input = Input::open(&args.file, stdin, args.max_size)?;
    if args.mapped.is_some() {
        return Ok(input);
    }
    Ok(ticket::find(&input, &args.file)?.map_or(input, Input::Ticket))
}

/// The container of `input`; `None` where it is none. Memory may start with anything.
///
/// DER's SEQUENCE tag cannot start a Mach-O or a fat file, so the first byte decides.
pub(crate) fn img4<'a>(input: &'a [u8], args: &InputArgs) -> Result<Option<Img4<'a>>, Failure> {
    if args.mapped.is_none() && input.first() == Some(&0x30) {
        return Ok(Some(Img4::parse(input)?));
    }
    Ok(None)
}

/// The plan of data that is a compressed stream without a container; `None` of other data.
pub(crate) fn stream<'a>(
    data: &'a [u8],
    args: &InputArgs,
) -> Result<Option<Plan<'a>>, img4::Error> {
    if args.mapped.is_some() {
        return Ok(None);
    }
    let plan = match data {
        [b'c', b'o', b'm', b'p', b'l', b'z', ..] | [b'b', b'v', b'x', ..] => Plan::of_data(data)?,
        _ => return Ok(None),
    };
    Ok(Some(plan).filter(|plan| plan.codec() != Codec::Stored))
}

/// What a stream without a container holds: the whole input, or the slice of a fat file that the
/// command line means.
fn bare<'a>(input: &'a [u8], args: &InputArgs) -> Result<Payload<'a>, Failure> {
    let mut data = input;
    if args.mapped.is_none() && FatFile::is_fat(input) {
        // A damaged table is said when the image is asked for.
        let fat = FatFile::parse(input);
        let chosen = fat.map(|fat| slice(&fat, args.arch.as_deref()));
        if let Ok(Ok(chosen)) = chosen {
            data = chosen.data();
        }
    }
    let bytes = match stream(data, args)? {
        Some(plan) => Cow::Owned(decompressed(&plan, args)?),
        None => Cow::Borrowed(input),
    };
    Ok(Payload { img4: None, bytes })
}

/// The size of what is inside, if the command line allows it.
fn size_of(plan: &Plan<'_>, args: &InputArgs) -> Result<usize, Failure> {
    let max_size = args.max_size;
    plan.size_within(max_size).map_err(|error| {
        if error.kind() == img4::ErrorKind::SizeTooLarge {
            Failure::refused(format!(
                "{error}; --max-size raises the limit of {max_size}"
            ))
        } else {
            error.into()
        }
    })
}

fn decompressed(plan: &Plan<'_>, args: &InputArgs) -> Result<Vec<u8>, Failure> {
    let mut output = vec![0; size_of(plan, args)?];
    plan.decompress_into(&mut output, &mut Box::new(Scratch::new()))?;
    Ok(output)
}

/// Unwraps and decompresses, up to as many bytes as the command line allows.
pub(crate) fn payload<'a>(input: &'a [u8], args: &InputArgs) -> Result<Payload<'a>, Failure> {
    let Some(img4) = img4(input, args)? else {
        return bare(input, args);
    };
    let Some(im4p) = img4.payload() else {
        let why = "a manifest or restore info alone (IM4M, IM4R), without a payload; \
                   kc info shows it";
        return Err(Failure::refused(why).in_file(&args.file));
    };
    let plan = im4p.plan()?;
    let bytes = if plan.codec() == Codec::Stored {
        size_of(&plan, args)?;
        Cow::Borrowed(im4p.data())
    } else {
        Cow::Owned(decompressed(&plan, args)?)
    };
    Ok(Payload {
        img4: Some(img4),
        bytes,
    })
}

/// The payload by what its own bytes say, whatever the container declares.
pub(crate) fn undeclared<'a>(input: &'a [u8], args: &InputArgs) -> Result<Payload<'a>, Failure> {
    let img4 = img4(input, args)?;
    let im4p = img4.and_then(|img4| img4.payload());
    let im4p = im4p.filter(|im4p| !im4p.is_encrypted());
    let im4p = im4p.ok_or_else(|| {
        let why = "no payload that can be read; kc info shows what there is";
        Failure::refused(why).in_file(&args.file)
    })?;
    let plan = Plan::of_data(im4p.data())?;
    let bytes = if plan.codec() == Codec::Stored {
        Cow::Borrowed(im4p.data())
    } else {
        Cow::Owned(decompressed(&plan, args)?)
    };
    Ok(Payload { img4, bytes })
}

/// Refuses to extract what has nothing to extract.
pub(crate) fn expect_image(payload: &Payload<'_>, args: &InputArgs) -> Result<(), Failure> {
    const MAGICS: [[u8; 4]; 4] = [
        [0xcf, 0xfa, 0xed, 0xfe],
        [0xce, 0xfa, 0xed, 0xfe],
        [0xfe, 0xed, 0xfa, 0xcf],
        [0xfe, 0xed, 0xfa, 0xce],
    ];
    let bytes: &[u8] = &payload.bytes;
    let is_image = |magic: &[u8; 4]| MAGICS.contains(magic);
    if matches!(payload.bytes, Cow::Owned(_))
        || FatFile::is_fat(bytes)
        || bytes.first_chunk().is_some_and(is_image)
    {
        return Ok(());
    }
    Err(payload.not_an_image(args, bytes))
}

impl Payload<'_> {
    /// The one image that the command line means: of a fat file, the slice of `--arch`.
    pub(crate) fn image(&self, args: &InputArgs) -> Result<MachO<'_>, Failure> {
        let mode = if args.strict {
            Mode::Strict
        } else {
            Mode::Tolerant
        };
        let image = self.parsed(args, mode)?;
        match self.contradiction(args, &image) {
            Some(error) if args.strict => Err(self.damaged(error)),
            _ => Ok(image),
        }
    }

    /// The first contradiction in the fat file or in the image of it, which `--strict` refuses.
    pub(crate) fn contradiction(
        &self,
        args: &InputArgs,
        image: &MachO<'_>,
    ) -> Option<macho_core::Error> {
        let is_fat = args.mapped.is_none() && FatFile::is_fat(&self.bytes);
        let slices = if is_fat {
            FatFile::parse(&self.bytes).and_then(|fat| fat.ensure_consistent())
        } else {
            Ok(())
        };
        slices.and_then(|()| image.ensure_consistent()).err()
    }

    fn parsed(&self, args: &InputArgs, mode: Mode) -> Result<MachO<'_>, Failure> {
        if let Some(pointers) = args.mapped {
            let image = mapped::image(&self.bytes, args.header, pointers, mode);
            return image.map_err(|failure| match failure {
                Failure::Refused(_) => failure.in_file(&args.file),
                other => other,
            });
        }
        let (parsed, bytes) = if FatFile::is_fat(&self.bytes) {
            let fat = FatFile::parse(&self.bytes).map_err(|error| self.damaged(error))?;
            let slice = slice(&fat, args.arch.as_deref())?;
            (slice.parse(mode), slice.data())
        } else {
            let parsed = MachO::parse_with(&self.bytes, FileOffset::new(0), mode);
            (parsed, &*self.bytes)
        };
        parsed.map_err(|error| match error.kind() {
            ErrorKind::BadMagic | ErrorKind::Unsupported32Bit | ErrorKind::UnsupportedBigEndian => {
                self.not_an_image(args, bytes)
            }
            ErrorKind::Truncated if bytes.len() < 32 => self.not_an_image(args, bytes),
            _ => self.damaged(error),
        })
    }

    /// Says what `bytes` are that should be an image, and of which file.
    fn not_an_image(&self, args: &InputArgs, bytes: &[u8]) -> Failure {
        let payload = self.img4.and_then(|img4| img4.payload());
        Failure::NotAnImage {
            path: args.file.clone(),
            of: payload.map(|payload| payload.fourcc().to_string()),
            what: wrong_file::describe(bytes),
        }
    }

    /// Says of which bytes an offset counts.
    fn damaged(&self, error: macho_core::Error) -> Failure {
        self.inside(Failure::MachO(error))
    }

    /// The same failure, with the remark that its offset counts from the payload, where there is
    /// one.
    pub(crate) fn inside(&self, failure: Failure) -> Failure {
        failure.inside(self.img4.is_some() || matches!(self.bytes, Cow::Owned(_)))
    }
}

/// The name that `lipo` gives an architecture.
pub(crate) fn arch_name(cputype: CpuType, cpusubtype: CpuSubtype) -> String {
    match (cputype, cpusubtype) {
        (CpuType::CPU_TYPE_ARM64, CpuSubtype::CPU_SUBTYPE_ARM64E_X1) => "arm64e.x1".to_owned(),
        (CpuType::CPU_TYPE_ARM64, CpuSubtype::CPU_SUBTYPE_ARM64E) => "arm64e".to_owned(),
        (CpuType::CPU_TYPE_ARM64, CpuSubtype::CPU_SUBTYPE_ARM64_X1) => "arm64.x1".to_owned(),
        (CpuType::CPU_TYPE_ARM64, CpuSubtype::CPU_SUBTYPE_ARM64_ALL) => "arm64".to_owned(),
        (CpuType::CPU_TYPE_ARM64, CpuSubtype::CPU_SUBTYPE_ARM64_V8) => "arm64v8".to_owned(),
        (CpuType::CPU_TYPE_X86_64, CpuSubtype(3)) => "x86_64".to_owned(),
        (CpuType::CPU_TYPE_X86_64, CpuSubtype(8)) => "x86_64h".to_owned(),
        (cputype, cpusubtype) => format!("{cputype}/{:#x}", cpusubtype.0),
    }
}

/// All slices, the one that `lipo -hideARM64` hides at the end.
pub(crate) fn slices<'a>(fat: &FatFile<'a>) -> impl Iterator<Item = FatArch<'a>> {
    fat.arches().chain(fat.hidden_arch())
}

/// What is chosen without a name, best first.
const PREFERRED: [CpuSubtype; 4] = [
    CpuSubtype::CPU_SUBTYPE_ARM64E_X1,
    CpuSubtype::CPU_SUBTYPE_ARM64E,
    CpuSubtype::CPU_SUBTYPE_ARM64_X1,
    CpuSubtype::CPU_SUBTYPE_ARM64_ALL,
];

/// The slice of that name; without a name the first of arm64e.x1, arm64e, arm64.x1 and arm64, else
/// another arm64, else the only one.
pub(crate) fn slice<'a>(fat: &FatFile<'a>, name: Option<&str>) -> Result<FatArch<'a>, Failure> {
    let find = |wanted: &dyn Fn(&FatArch<'a>) -> bool| slices(fat).find(wanted);
    let is_arm64 = |arch: &FatArch<'a>| arch.cputype() == CpuType::CPU_TYPE_ARM64;
    let found = match name {
        Some(name) => find(&|arch| arch_name(arch.cputype(), arch.cpusubtype()) == name),
        None => PREFERRED
            .into_iter()
            .find_map(|subtype| find(&|arch| is_arm64(arch) && arch.cpusubtype() == subtype))
            .or_else(|| find(&is_arm64))
            .or_else(|| {
                let mut all = slices(fat);
                all.next().filter(|_| all.next().is_none())
            }),
    };
    found.ok_or_else(|| {
        // A hostile table may name millions.
        let names: Vec<_> = slices(fat)
            .take(16)
            .map(|arch| arch_name(arch.cputype(), arch.cpusubtype()))
            .collect();
        let wanted = Printable::text(name.unwrap_or("arm64"));
        Failure::refused(format!(
            "fat_header: no slice for {wanted} at file offset 0x0; --arch takes one of: {}",
            names.join(", ")
        ))
    })
}
