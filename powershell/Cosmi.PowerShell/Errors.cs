using System;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>From the library's failures to PowerShell's error records.</summary>
    internal static class Errors
    {
        // Windows PowerShell does not show a recommended action; PowerShell 7 does.
        private static readonly bool ShowsRecommendation = typeof(PSObject).Assembly.GetName().Version.Major >= 7;

        /// <summary>Whether this is a failure to report, not the shell's own way of ending a pipeline.</summary>
        internal static bool IsFailure(Exception exception) => !(exception is RuntimeException);

        /// <summary>Whether every other input would fail alike: no identity, no working library, a closed client.</summary>
        internal static bool ConcernsEveryInput(Exception exception)
        {
            if (exception is CosmiException failure)
            {
                return failure.Status == CosmiStatus.NoIdentity || Band(failure.Status) == 9;
            }

            return !(exception is ArgumentException || exception is TimeoutException);
        }

        /// <summary>The error record; <paramref name="goesOn"/> is what to know where waiting for a change has taken too long.</summary>
        internal static ErrorRecord Record(Exception exception, object? target, string? goesOn = null)
        {
            string message = Message(exception);
            var failure = exception as CosmiException;
            string? action = failure?.Action ?? (exception as RefusalException)?.Action ?? (exception as CosmiLibraryException)?.Action;
            if (goesOn != null && (failure?.Status == CosmiStatus.TimedOut || exception is TimeoutException))
            {
                action = goesOn;
            }

            if (action != null && !ShowsRecommendation)
            {
                message += System.Environment.NewLine + action;
            }

            return new ErrorRecord(exception, "Cosmi." + Id(exception), Category(exception), target)
            {
                ErrorDetails = new ErrorDetails(message) { RecommendedAction = action ?? string.Empty },
            };
        }

        /// <summary>What happened, without what to do about it.</summary>
        internal static string Message(Exception exception)
        {
            string message = (exception as CosmiLibraryException)?.Problem ?? exception.Message;
            return (exception as CosmiException)?.RequestId is string requestId && message.IndexOf(requestId, StringComparison.Ordinal) < 0
                ? message + $" (request id {requestId})"
                : message;
        }

        /// <summary>The error's id, without the Cosmi in front.</summary>
        internal static string Id(Exception exception)
        {
            switch (exception)
            {
                case CosmiException failure:
                    return Enum.IsDefined(typeof(CosmiStatus), failure.Status) ? failure.Status.ToString() : $"Status{(int)failure.Status}";
                case OperationCanceledException _:
                    return nameof(CosmiStatus.Cancelled);
                case TimeoutException _:
                    return nameof(CosmiStatus.TimedOut);
                case ObjectDisposedException _:
                    return nameof(CosmiStatus.InvalidState);
                case ArgumentException _:
                    return nameof(CosmiStatus.InvalidArgument);
                case FormatException _:
                    return nameof(CosmiStatus.BadResponse);
                case CosmiLibraryException _:
                    return "LibraryNotLoaded";
                default:
                    return nameof(CosmiStatus.Internal);
            }
        }

        private static ErrorCategory Category(Exception exception)
        {
            switch (exception)
            {
                case CosmiException failure:
                    return Category(failure.Status);
                case OperationCanceledException _:
                    return ErrorCategory.OperationStopped;
                case TimeoutException _:
                    return ErrorCategory.OperationTimeout;
                case ObjectDisposedException _:
                case ArgumentException _:
                    return ErrorCategory.InvalidArgument;
                case FormatException _:
                    return ErrorCategory.InvalidResult;
                case CosmiLibraryException _:
                    return ErrorCategory.ResourceUnavailable;
                default:
                    return ErrorCategory.NotSpecified;
            }
        }

        private static ErrorCategory Category(CosmiStatus status)
        {
            switch (status)
            {
                case CosmiStatus.Cancelled:
                    return ErrorCategory.OperationStopped;
                case CosmiStatus.TimedOut:
                    return ErrorCategory.OperationTimeout;
                case CosmiStatus.NoIdentity:
                case CosmiStatus.Unauthenticated:
                    return ErrorCategory.AuthenticationError;
                case CosmiStatus.Forbidden:
                    return ErrorCategory.PermissionDenied;
                case CosmiStatus.NotFound:
                    return ErrorCategory.ObjectNotFound;
                case CosmiStatus.Conflict:
                    return ErrorCategory.ResourceExists;
                case CosmiStatus.Throttled:
                    return ErrorCategory.LimitsExceeded;
                case CosmiStatus.BadResponse:
                    return ErrorCategory.InvalidResult;
            }

            // A status of a later library is treated as its band.
            switch (Band(status))
            {
                case 1:
                    return ErrorCategory.InvalidArgument;
                case 2:
                    return ErrorCategory.OperationStopped;
                case 3:
                    return ErrorCategory.ConnectionError;
                case 4:
                    return ErrorCategory.PermissionDenied;
                case 5:
                    return ErrorCategory.ResourceUnavailable;
                default:
                    return ErrorCategory.NotSpecified;
            }
        }

        private static int Band(CosmiStatus status) => (int)status / 100;
    }
}
