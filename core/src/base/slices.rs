//! Long work that can be put down and taken up again: futures without a runtime.
//!
//! Whoever asks for the work polls it when it has time; the work gives way by awaiting [`pause`]. Where it
//! gives way changes nothing in what it finds. Nothing here waits for anything: to poll is to go on.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Work under way.
pub type Slices<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Gives way once.
pub fn pause() -> impl Future<Output = ()> {
    let mut paused = false;
    std::future::poll_fn(move |_| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        Poll::Pending
    })
}

/// Goes on until the work is done or gives way; what it found when it is done. Not to be called again
/// after that.
pub fn go_on<T>(work: &mut Slices<'_, T>) -> Option<T> {
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => Some(found),
        Poll::Pending => None,
    }
}

/// Does all of the work now.
pub fn finish<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(found) = work.as_mut().poll(&mut context) {
            return found;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_goes_on_where_it_gave_way() {
        let mut sum = 0;
        let mut work: Slices<'_, u32> = Box::pin(async {
            for n in 1..=3 {
                sum += n;
                pause().await;
            }
            sum
        });
        let given: Vec<_> = (0..4).map(|_| go_on(&mut work)).collect();
        assert_eq!(given, [None, None, None, Some(6)]);
        drop(work);
        let all = finish(async {
            pause().await;
            sum
        });
        assert_eq!(all, 6);
    }
}
