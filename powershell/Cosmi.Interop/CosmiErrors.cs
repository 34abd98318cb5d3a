using System;

namespace Cosmi.Interop
{
    /// <summary>Makes exceptions of the library's statuses and errors.</summary>
    internal static class CosmiErrors
    {
        /// <summary>An exception with all that an error object tells.</summary>
        /// <param name="native">The library.</param>
        /// <param name="error">The error, borrowed; zero where there is none.</param>
        /// <param name="status">The status, for the case that there is no error.</param>
        /// <param name="what">What was called, for the case that there is no error.</param>
        internal static CosmiException FromError(NativeMethods native, IntPtr error, int status, string what)
        {
            if (error == IntPtr.Zero)
            {
                return FromStatus(native, status, what);
            }

            long retryAfter = native.cosmi_error_retry_after_ms(error);
            return new CosmiException(
                (CosmiStatus)native.cosmi_error_status(error),
                NativeText.ReadRequired(error, native.cosmi_error_message.Invoke, "error message"),
                NativeText.Read(error, native.cosmi_error_action.Invoke),
                (int)native.cosmi_error_http_status(error),
                NativeText.Read(error, native.cosmi_error_service_code.Invoke),
                NativeText.Read(error, native.cosmi_error_request_id.Invoke),
                retryAfter < 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(retryAfter),
                native.cosmi_error_is_retryable(error) != 0);
        }

        /// <summary>An exception for a call that gives a status only.</summary>
        internal static CosmiException FromStatus(NativeMethods native, int status, string what) =>
            new CosmiException((CosmiStatus)status, what + " was refused: " + NativeText.FromUtf8(native.cosmi_status_name(status)));

        /// <summary>Throws unless the status is OK.</summary>
        internal static void ThrowUnlessOk(NativeMethods native, int status, string what)
        {
            if (status != (int)CosmiStatus.Ok)
            {
                throw FromStatus(native, status, what);
            }
        }
    }
}
