using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>A command about the roles that identities have on an account.</summary>
    public abstract class CosmiAccessCmdlet : CosmiResourceCmdlet
    {
        /// <summary>Whether an identity is named; where a machine without one came through the pipeline, an error says so.</summary>
        private protected bool IsPrincipal(string? principalId, bool allowsNone = false)
        {
            if (principalId == null ? allowsNone : principalId.Length > 0)
            {
                return true;
            }

            WriteError(Errors.Record(
                new RefusalException(
                    "there is no principal id",
                    "turn the machine's identity on with Enable-CosmiIdentity, or give -PrincipalId the object id of an identity"),
                principalId));
            return false;
        }
    }
}
