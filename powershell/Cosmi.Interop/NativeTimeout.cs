using System;

namespace Cosmi.Interop
{
    /// <summary>Time limits as the library takes them.</summary>
    internal static class NativeTimeout
    {
        /// <summary>Milliseconds, rounded up; 0, the library's "by default", for <see langword="null"/>.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not more than zero, or is more than 49 days.</exception>
        internal static uint ToMilliseconds(TimeSpan? timeout)
        {
            if (timeout is null)
            {
                return 0;
            }

            double milliseconds = Math.Ceiling(timeout.Value.TotalMilliseconds);
            // uint.MaxValue means "no limit" elsewhere in the library.
            if (milliseconds < 1 || milliseconds >= uint.MaxValue)
            {
                throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A time limit is more than zero and less than 49 days.");
            }

            return (uint)milliseconds;
        }
    }
}
