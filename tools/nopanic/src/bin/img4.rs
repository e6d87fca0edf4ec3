//! No panic is reachable from `img4`.
#![no_std]
#![no_main]

use img4::{Img4, Manifest, Payload, Plan, Properties, Scratch, Tag, Tlv};
use nopanic::{black_box, display, entry};

entry!(probe);

fn probe(bytes: &[u8], number: u64) {
    let mut output = [0_u8; 4096];
    match Img4::parse(bytes) {
        Ok(img4) => {
            black_box((
                img4.container(),
                img4.raw(),
                img4.unknown(),
                img4.trailing(),
            ));
            if let Some(payload) = img4.payload() {
                probe_payload(&payload, number, &mut output);
            }
            if let Some(manifest) = img4.manifest() {
                probe_manifest(&manifest);
                if let Some(payload) = img4.payload() {
                    black_box(payload.check_digest(&manifest).matches());
                }
            }
            if let Some(restore_info) = img4.restore_info() {
                black_box(restore_info.tlv());
                probe_properties(restore_info.properties());
            }
        }
        Err(error) => {
            black_box((error.kind(), error.structure(), error.offset()));
            black_box((error.kind().reason(), error.structure().name()));
            display(error);
        }
    }
}

fn probe_element(element: &Tlv<'_>) {
    black_box((element.tag() == Tag::context(black_box(0)), element.raw()));
    black_box((element.value(), element.offset(), element.value_offset()));
}

#[inline(never)]
fn probe_payload(payload: &Payload<'_>, number: u64, output: &mut [u8]) {
    probe_element(&payload.tlv());
    if let Some(compression) = payload.compression() {
        black_box((compression.algorithm(), compression.uncompressed_size()));
    }
    black_box((payload.fourcc(), payload.description(), payload.data()));
    black_box((payload.data_offset(), payload.is_encrypted()));
    black_box((payload.sha1(), payload.sha384()));
    black_box(payload.unknown());
    display(payload.fourcc());
    for keybag in payload.keybags() {
        black_box((keybag.kind(), keybag.iv(), keybag.key()));
    }
    probe_properties(payload.properties());
    let mut scratch = Scratch::new();
    let _ = black_box(Plan::of_data(payload.data()).is_ok());
    if let Ok(plan) = payload.plan() {
        black_box((
            plan.codec(),
            plan.size(),
            plan.size_source(),
            plan.is_encrypted(),
        ));
        black_box(plan.extra());
        let _ = black_box(plan.size_within(number));
        if let Some(header) = plan.comp_header() {
            black_box((
                header.adler32(),
                header.uncompressed_size(),
                header.compressed_size(),
            ));
            black_box((
                header.prelink_version(),
                header.platform_name(),
                header.root_path(),
            ));
        }
        let _ = black_box(plan.decompress_into(output, &mut scratch));
    }
    let _ = black_box(payload.decompress_into(output, &mut scratch));
}

#[inline(never)]
fn probe_manifest(manifest: &Manifest<'_>) {
    black_box((manifest.tlv(), manifest.signed(), manifest.signature()));
    black_box((manifest.certificates(), manifest.unknown()));
    probe_properties(manifest.properties());
    for object in manifest.objects() {
        black_box((object.name(), object.tlv(), object.digest()));
        black_box((object.ekey(), object.epro(), object.esec()));
        probe_properties(object.properties());
        black_box(manifest.object(object.name()));
    }
}

#[inline(never)]
fn probe_properties(properties: Properties<'_>) {
    for property in properties.clone() {
        black_box((property.name(), property.value(), property.value().as_u64()));
        black_box(property.tlv());
        black_box(properties.clone().get(property.name()));
    }
}
