using System;

namespace Cosmi.Interop
{
    /// <summary>What one call does differently. Read when the call is made.</summary>
    public sealed class CosmiCallOptions
    {
        /// <summary>The time limit of the whole operation, retries included: more than zero, less than 49 days; <see langword="null"/>: the client's.</summary>
        public TimeSpan? Timeout { get; set; }

        /// <summary>
        /// Whether nothing is to be sent: the call fails with what it would be refused for before it sends anything, such as a name that Azure does not allow,
        /// and its Task ends as cancelled where it would begin to send.
        /// </summary>
        public bool CheckOnly { get; set; }

        /// <summary>The least important record <see cref="Log"/> is to get.</summary>
        public CosmiLogLevel LogLevel { get; set; } = CosmiLogLevel.Info;

        /// <summary>
        /// Gets the log records of this call's operation, in order, before its Task completes. Called on the library's threads, so it should do little,
        /// for instance put the record into a queue; what it throws is dropped. It may not start a call that has a <see cref="Log"/> itself.
        /// </summary>
        public Action<CosmiLogRecord>? Log { get; set; }
    }
}
