//! Comparisons: `== != < <= > >=`.

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
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                op.holds(self.order(a, b, site)?)
            }
        })
    }
}
