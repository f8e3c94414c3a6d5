//! Comparisons: `== != < <= > >=`.

use std::cmp::Ordering;

use probelang_capture::Stop;
use probelang_dialect::CompareOp;
use probelang_host::Value;

use crate::run::frame::Frame;

impl<'a> Frame<'a, '_, '_> {
    pub(crate) fn compare(
        &mut self,
        op: CompareOp,
        a: &Value<'a>,
        b: &Value<'a>,
        site: u32,
    ) -> Result<bool, Stop> {
        Ok(match op {
            CompareOp::Eq => self.equal(a, b, site)?,
            CompareOp::Ne => !self.equal(a, b, site)?,
            CompareOp::Lt => self.order(a, b, site)? == Some(Ordering::Less),
            CompareOp::Le => self.order(a, b, site)?.is_some_and(Ordering::is_le),
            CompareOp::Gt => self.order(a, b, site)? == Some(Ordering::Greater),
            CompareOp::Ge => self.order(a, b, site)?.is_some_and(Ordering::is_ge),
        })
    }
}
