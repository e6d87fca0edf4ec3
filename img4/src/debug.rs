//! `Debug` of views and iterators: names, numbers and lengths, never bytes of the input
//! (`docs/decisions/0018`).

/// Implements `Debug` for a type, with the fields that are shown, each an expression over the value.
macro_rules! debug_view {
    ($type:ident $(<$($life:lifetime),+>)?, |$value:ident| { $($name:ident: $field:expr),+ $(,)? }) => {
        impl core::fmt::Debug for $type $(<$($life),+>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let $value = self;
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($name), &$field))+
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use debug_view;
