//! From a file to one Mach-O image: IMG4 and IM4P, then fat files.
use std::borrow::Cow;
use std::io::Read;

use img4::{Img4, Scratch};
use macho_core::{CpuSubtype, CpuType, FatArch, FatFile, FileOffset, MachO, Mode};

use crate::cli::InputArgs;
use crate::failure::Failure;
use crate::input::Input;
use crate::mapped;
use crate::printable::Printable;

/// The bytes inside the outermost container.
pub(crate) struct Payload<'a> {
    /// The container, where there is one.
    pub(crate) img4: Option<Img4<'a>>,
    /// The Mach-O or fat file. Offsets that are printed count from its start.
    pub(crate) bytes: Cow<'a, [u8]>,
}

/// Maps or reads the input that the command line names.
pub(crate) fn open(args: &InputArgs, stdin: &mut dyn Read) -> Result<Input, Failure> {
    Input::open(&args.file, stdin, args.max_size)
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

/// Unwraps and decompresses, up to as many bytes as the command line allows.
pub(crate) fn payload<'a>(input: &'a [u8], args: &InputArgs) -> Result<Payload<'a>, Failure> {
    let max_size = args.max_size;
    let Some(img4) = img4(input, args)? else {
        return Ok(Payload {
            img4: None,
            bytes: Cow::Borrowed(input),
        });
    };
    let Some(im4p) = img4.payload() else {
        return Err(Failure::refused(
            "IMG4: no payload at file offset 0x0: an IM4M or IM4R alone",
        ));
    };
    let plan = im4p.plan()?;
    let size = plan.size_within(max_size).map_err(|error| {
        if error.kind() == img4::ErrorKind::SizeTooLarge {
            Failure::refused(format!(
                "{error}; --max-size raises the limit of {max_size}"
            ))
        } else {
            error.into()
        }
    })?;
    if plan.codec() == img4::Codec::Stored {
        return Ok(Payload {
            img4: Some(img4),
            bytes: Cow::Borrowed(im4p.data()),
        });
    }
    let mut output = vec![0; size];
    let mut scratch = Box::new(Scratch::new());
    plan.decompress_into(&mut output, &mut scratch)?;
    Ok(Payload {
        img4: Some(img4),
        bytes: Cow::Owned(output),
    })
}

impl Payload<'_> {
    /// The one image that the command line means: of a fat file, the slice of `--arch`.
    pub(crate) fn image(&self, args: &InputArgs) -> Result<MachO<'_>, Failure> {
        let mode = if args.strict {
            Mode::Strict
        } else {
            Mode::Tolerant
        };
        if let Some(pointers) = args.mapped {
            return mapped::image(&self.bytes, args.header, pointers, mode);
        }
        let parsed = if FatFile::is_fat(&self.bytes) {
            let fat = FatFile::parse(&self.bytes).map_err(|error| self.damaged(error))?;
            slice(&fat, args.arch.as_deref())?.parse(mode)
        } else {
            MachO::parse_with(&self.bytes, FileOffset::new(0), mode)
        };
        parsed.map_err(|error| self.damaged(error))
    }

    /// Says of which bytes an offset counts.
    fn damaged(&self, error: macho_core::Error) -> Failure {
        self.inside(Failure::MachO(error))
    }

    /// The same failure, with the remark that its offset counts from the payload, where there is one.
    pub(crate) fn inside(&self, failure: Failure) -> Failure {
        failure.inside(self.img4.is_some())
    }
}

/// The name that `lipo` gives an architecture.
pub(crate) fn arch_name(cputype: CpuType, cpusubtype: CpuSubtype) -> String {
    match (cputype, cpusubtype) {
        (CpuType::CPU_TYPE_ARM64, CpuSubtype::CPU_SUBTYPE_ARM64E) => "arm64e".to_owned(),
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

/// The slice of that name; without a name arm64e, else the first other arm64, else the only one.
pub(crate) fn slice<'a>(fat: &FatFile<'a>, name: Option<&str>) -> Result<FatArch<'a>, Failure> {
    let find = |wanted: &dyn Fn(&FatArch<'a>) -> bool| slices(fat).find(wanted);
    let found = match name {
        Some(name) => find(&|arch| arch_name(arch.cputype(), arch.cpusubtype()) == name),
        None => find(&|arch| {
            arch.cputype() == CpuType::CPU_TYPE_ARM64
                && arch.cpusubtype() == CpuSubtype::CPU_SUBTYPE_ARM64E
        })
        .or_else(|| find(&|arch| arch.cputype() == CpuType::CPU_TYPE_ARM64))
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
