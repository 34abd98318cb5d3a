//! An answer's body as it goes over the wire: whole, cut short, or without end.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::Notify;

use crate::journal::Ticket;

/// How long a cut answer stays open, so that what was written before reaches the client first.
const BEFORE_CLOSING: Duration = Duration::from_millis(20);

/// Blanks are the one thing any amount of which may follow a JSON document.
const BLANKS: &[u8] = &[b' '; 16 * 1024];

pub enum Delivery {
    Whole,
    /// This many bytes, then the connection closes.
    Close {
        after: usize,
    },
    /// This many bytes, then nothing more.
    Stall {
        after: usize,
    },
    Endless,
}

pub struct AnswerBody {
    bytes: Bytes,
    rest: Rest,
    chunked: bool,
    /// Absent for what the journal does not cover.
    ticket: Option<Ticket>,
}

enum Rest {
    End,
    Close(Pin<Box<dyn Future<Output = ()> + Send>>),
    Stall,
    Endless,
}

impl AnswerBody {
    /// `closing` is told when the connection is to be closed.
    pub fn new(
        mut bytes: Bytes,
        chunked: bool,
        delivery: &Delivery,
        ticket: Option<Ticket>,
        closing: &Arc<Notify>,
    ) -> AnswerBody {
        let rest = match *delivery {
            Delivery::Whole => Rest::End,
            Delivery::Endless => Rest::Endless,
            Delivery::Stall { after } => {
                bytes.truncate(after);
                Rest::Stall
            }
            Delivery::Close { after } => {
                bytes.truncate(after);
                let closing = Arc::clone(closing);
                Rest::Close(Box::pin(async move {
                    tokio::time::sleep(BEFORE_CLOSING).await;
                    closing.notify_one();
                }))
            }
        };
        let mut body = AnswerBody {
            bytes,
            rest,
            chunked,
            ticket,
        };
        body.note_end();
        body
    }

    fn ended(&self) -> bool {
        self.bytes.is_empty() && matches!(self.rest, Rest::End)
    }

    fn note_end(&mut self) {
        if self.ended() {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Some(ticket) = &mut self.ticket {
            ticket.finish();
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        if !body.bytes.is_empty() {
            let bytes = std::mem::take(&mut body.bytes);
            body.note_end();
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match &mut body.rest {
            Rest::End => Poll::Ready(None),
            Rest::Endless => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(BLANKS))))),
            Rest::Stall => Poll::Pending,
            Rest::Close(close) => {
                // The connection is dropped with this body: that is this side's doing.
                if close.as_mut().poll(context).is_ready() {
                    body.rest = Rest::Stall;
                    body.finish();
                }
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended()
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest {
            Rest::End if !self.chunked => SizeHint::with_exact(self.bytes.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
