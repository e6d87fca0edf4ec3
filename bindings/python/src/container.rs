//! `Payload`: what the IMG4 container around a Mach-O says.
use img4::{Codec, Img4, Plan, Scratch};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::error::Failure;
use crate::text;

/// What the container says of its payload and, if it has one, its manifest.
#[pyclass(frozen, module = "kernelcache")]
pub(crate) struct Payload {
    /// "IMG4" or "IM4P", as the file starts; None of a compressed stream without a container.
    #[pyo3(get)]
    container: Option<String>,
    /// The type, four characters: "krnl" of a kernel.
    #[pyo3(get)]
    fourcc: Option<String>,
    /// The description: usually the version of the compressor or the project.
    #[pyo3(get)]
    description: Option<String>,
    /// "stored", "lzss", "lzfse" or "lzvn".
    #[pyo3(get)]
    compression: &'static str,
    /// Bytes of the payload as it lies in the file.
    #[pyo3(get)]
    compressed_size: usize,
    /// Bytes after decompression.
    #[pyo3(get)]
    size: usize,
    manifest: Option<Vec<(String, Found)>>,
    objects: Vec<(String, Vec<(String, Found)>)>,
    signature: Option<Vec<u8>>,
}

impl Payload {
    /// Bytes after decompression.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }
}

/// A value of a manifest.
enum Found {
    Number(u64),
    Flag(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Found {
    fn of(value: img4::Value<'_>) -> Option<Self> {
        Some(match value {
            img4::Value::Integer(bytes) => match value.as_u64() {
                Some(number) => Self::Number(number),
                None => Self::Bytes(bytes.to_vec()),
            },
            img4::Value::Boolean(flag) => Self::Flag(flag),
            img4::Value::Text(bytes) => Self::Text(text::name(bytes)),
            img4::Value::Octets(bytes) => Self::Bytes(bytes.to_vec()),
            _ => return None,
        })
    }

    fn to_python(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(match self {
            Self::Number(number) => number.into_pyobject(py)?.into_any().unbind(),
            Self::Flag(flag) => flag.into_pyobject(py)?.to_owned().into_any().unbind(),
            Self::Text(text) => text.into_pyobject(py)?.into_any().unbind(),
            Self::Bytes(bytes) => PyBytes::new(py, bytes).into_any().unbind(),
        })
    }
}

fn properties(properties: img4::Properties<'_>) -> Vec<(String, Found)> {
    properties
        .filter_map(|property| Some((property.name().to_string(), Found::of(property.value())?)))
        .collect()
}

fn dictionary<'py>(py: Python<'py>, values: &[(String, Found)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (key, value) in values {
        dict.set_item(key, value.to_python(py)?)?;
    }
    Ok(dict)
}

#[pymethods]
impl Payload {
    /// The manifest's own properties (`CHIP`, `BORD`, `ECID`, ...) as a dict of int, bool, str and
    /// bytes; None without a manifest.
    #[getter]
    fn manifest<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let values = self.manifest.as_ref();
        values.map(|values| dictionary(py, values)).transpose()
    }

    /// The manifest's objects: a dict for each four-character name, with `DGST` and the like.
    #[getter]
    fn objects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, values) in &self.objects {
            dict.set_item(name, dictionary(py, values)?)?;
        }
        Ok(dict)
    }

    /// The manifest's signature. Nobody checks it here.
    #[getter]
    fn signature<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let bytes = self.signature.as_ref();
        bytes.map(|bytes| PyBytes::new(py, bytes))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Payload {} {} {} bytes>",
            self.fourcc.as_deref().unwrap_or("stream"),
            self.compression,
            self.size
        )
    }
}

const fn codec_name(codec: Codec) -> &'static str {
    match codec {
        Codec::CompLzss => "lzss",
        Codec::Lzfse => "lzfse",
        Codec::CompLzvn => "lzvn",
        Codec::Stored => "stored",
        _ => "unknown",
    }
}

/// A payload, and its bytes: decompressed, or where they start in the file.
pub(crate) type Unwrapped = (Payload, Option<Vec<u8>>, usize);

/// What is inside a container or a compressed stream, with at most `max_size` bytes; `None` of a
/// file that is neither.
pub(crate) fn unwrap(file: &[u8], max_size: u64) -> Result<Option<Unwrapped>, Failure> {
    let is_stream = file.starts_with(b"complzss") || file.starts_with(b"bvx");
    if is_stream {
        let plan = Plan::of_data(file)?;
        let bytes = decompressed(&plan, max_size)?;
        let payload = Payload {
            container: None,
            fourcc: None,
            description: None,
            compression: codec_name(plan.codec()),
            compressed_size: file.len(),
            size: bytes.len(),
            manifest: None,
            objects: Vec::new(),
            signature: None,
        };
        return Ok(Some((payload, Some(bytes), 0)));
    }
    // DER's SEQUENCE cannot start a Mach-O or a fat file.
    if file.first() != Some(&0x30) {
        return Ok(None);
    }
    let img4 = Img4::parse(file)?;
    let Some(im4p) = img4.payload() else {
        return Err(Failure::new(
            "NoPayload",
            "IMG4: no payload: an IM4M or IM4R alone",
        ));
    };
    let plan = im4p.plan()?;
    let stored = plan.codec() == Codec::Stored;
    let bytes = if stored {
        plan.size_within(max_size)?;
        None
    } else {
        Some(decompressed(&plan, max_size)?)
    };
    let manifest = img4.manifest();
    let objects = manifest.map(|manifest| manifest.objects());
    let payload = Payload {
        container: Some(format!("{:?}", img4.container()).to_uppercase()),
        fourcc: Some(im4p.fourcc().to_string()),
        description: Some(text::name(im4p.description())),
        compression: codec_name(plan.codec()),
        compressed_size: im4p.data().len(),
        size: bytes.as_ref().map_or(im4p.data().len(), Vec::len),
        manifest: manifest.map(|manifest| properties(manifest.properties())),
        objects: objects
            .into_iter()
            .flatten()
            .map(|object| (object.name().to_string(), properties(object.properties())))
            .collect(),
        signature: manifest.map(|manifest| manifest.signature().to_vec()),
    };
    let start = usize::try_from(im4p.data_offset()).unwrap_or(usize::MAX);
    Ok(Some((payload, bytes, start)))
}

fn decompressed(plan: &Plan<'_>, max_size: u64) -> Result<Vec<u8>, Failure> {
    let size = plan.size_within(max_size)?;
    let mut output = vec![0; size];
    let done = plan.decompress_into(&mut output, &mut Box::new(Scratch::new()))?;
    output.truncate(done.written);
    Ok(output)
}
