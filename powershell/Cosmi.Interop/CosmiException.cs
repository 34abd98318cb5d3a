using System;

namespace Cosmi.Interop
{
    /// <summary>A call failed. The message is one line and never holds a secret.</summary>
    public sealed class CosmiException : Exception
    {
        internal CosmiException(
            CosmiStatus status,
            string message,
            string? action = null,
            int httpStatus = 0,
            string? serviceCode = null,
            string? requestId = null,
            TimeSpan? retryAfter = null,
            bool isRetryable = false)
            : base(message)
        {
            Status = status;
            Action = action;
            HttpStatus = httpStatus;
            ServiceCode = serviceCode;
            RequestId = requestId;
            RetryAfter = retryAfter;
            IsRetryable = isRetryable;
        }

        /// <summary>What kind of failure it is.</summary>
        public CosmiStatus Status { get; }

        /// <summary>What to do about it, in a sentence, where that is known.</summary>
        public string? Action { get; }

        /// <summary>The service's HTTP status; 0 where no answer came.</summary>
        public int HttpStatus { get; }

        /// <summary>The service's own error code, for instance <c>AuthorizationFailed</c>.</summary>
        public string? ServiceCode { get; }

        /// <summary>The service's id of the request, for a support case.</summary>
        public string? RequestId { get; }

        /// <summary>How long the service asks to wait before the next try.</summary>
        public TimeSpan? RetryAfter { get; }

        /// <summary>Whether the same call may succeed later.</summary>
        public bool IsRetryable { get; }
    }
}
