namespace Cosmi.Interop
{
    /// <summary>How a call ended. The numbers are those of the C header; a number that is not listed is to be treated as its hundred.</summary>
    public enum CosmiStatus
    {
        /// <summary>It succeeded.</summary>
        Ok = 0,

        /// <summary>The operation has not ended yet.</summary>
        Pending = 1,

        /// <summary>An argument is missing, malformed or out of range.</summary>
        InvalidArgument = 100,

        /// <summary>A text is not UTF-8.</summary>
        InvalidUtf8 = 101,

        /// <summary>The call is not allowed now or here.</summary>
        InvalidState = 102,

        /// <summary>The operation was cancelled.</summary>
        Cancelled = 200,

        /// <summary>The operation's time ran out.</summary>
        TimedOut = 201,

        /// <summary>No connection could be made, or it broke.</summary>
        Connect = 300,

        /// <summary>The TLS handshake failed; the certificate is not trusted or not for this host.</summary>
        Tls = 301,

        /// <summary>The host's name could not be resolved.</summary>
        Dns = 302,

        /// <summary>The other side did not speak proper HTTP.</summary>
        Protocol = 303,

        /// <summary>The answer is larger than the library accepts.</summary>
        TooLarge = 304,

        /// <summary>This machine has no managed identity, or not the one that was asked for.</summary>
        NoIdentity = 400,

        /// <summary>The service does not accept the token or key.</summary>
        Unauthenticated = 401,

        /// <summary>The identity is known, but may not do this.</summary>
        Forbidden = 403,

        /// <summary>The thing does not exist, or is not visible to this identity.</summary>
        NotFound = 500,

        /// <summary>The thing's state forbids it, for instance a lock.</summary>
        Conflict = 501,

        /// <summary>The service asks to slow down, and the time for retries ran out.</summary>
        Throttled = 502,

        /// <summary>The service failed.</summary>
        Service = 503,

        /// <summary>The service answered something that cannot be understood.</summary>
        BadResponse = 504,

        /// <summary>A defect in the library; it was caught.</summary>
        Panic = 900,

        /// <summary>The library's threads could not be started.</summary>
        Runtime = 901,

        /// <summary>A defect in the library.</summary>
        Internal = 902,
    }
}
