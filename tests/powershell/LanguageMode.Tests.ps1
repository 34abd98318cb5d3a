BeforeAll {
    Set-StrictMode -Version 3
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
    $machine = Get-HostVariable -Simulator $simulator -Name imds

    function Invoke-Constrained {
        # In the language that a shell has where a policy decides what may run.
        param([string] $Script)
        Invoke-Child -Environment $machine -Script @"
`$ErrorActionPreference = 'Stop'
`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
Import-Module -Name '$env:COSMI_MODULE'
$Script
"@
    }
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'In constrained language' {
    It 'the shell is what the test says' {
        Invoke-Constrained -Script "try { [System.IO.File]::Exists('x') } catch { `$_.FullyQualifiedErrorId }" | Should -BeLike '*MethodInvocationNotSupportedInConstrainedLanguage*'
    }

    It 'the tutorial goes to its end' {
        $output = Invoke-Constrained -Script @'
$token = Get-CosmiToken -Resource https://management.azure.com/
$keys = Get-CosmiAccountKey -AccountName myaccount -Kind ReadOnly
$collection = @{ Endpoint = (Get-CosmiAccount -Name myaccount).properties.documentEndpoint; Key = $keys[0].Key; Database = 'Test'; Name = 'Test' }
"$($token.IdentitySource) $($keys.Count)"
Get-CosmiCollection @collection -AsJson
'@
        $output | Should -BeLike '*Imds 2*{"collection":{"id":"Test"*"offer":{*'
    }

    It 'what is made of tables, shown and asked for works too' {
        $output = Invoke-Constrained -Script @'
$null = Connect-CosmiAccount -AccountName myaccount
New-CosmiCollection -Database Test -Name Constrained -PartitionKeyPath /id -IndexingPolicy @{ indexingMode = 'consistent' } -Confirm:$false | Out-String
Get-CosmiCollection -Database Test | Sort-Object -Property Id | Format-Table -Property Id | Out-String
Remove-CosmiCollection -Database Test -Name Constrained -WhatIf
Disconnect-CosmiAccount
'@
        $output | Should -BeLike '*Constrained*Constrained*What if:*'
    }

    It 'an error is told as ever' {
        Invoke-Constrained -Script 'try { Get-CosmiCollection -AccountName noaccess -Database Test -Name Test } catch { "$($_.FullyQualifiedErrorId) $($_.CategoryInfo.Category) $($_.ErrorDetails.RecommendedAction)" }' |
            Should -BeLike 'Cosmi.Forbidden,* PermissionDenied ?*'
    }
}
