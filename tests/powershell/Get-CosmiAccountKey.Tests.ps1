BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiAccountKey' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiAccountKey | Should -Be @(
            '-AccountName|Name [String] Account@0<value<name'
            '-AsPlainText [SwitchParameter] All'
            '-Client [Client] All'
            '-Kind [CosmiKeyKind] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'gets every key the identity may have' {
        $keys = Get-CosmiAccountKey -AccountName myaccount
        $keys[0].PSObject.TypeNames[0] | Should -Be 'Cosmi.AccountKey'
        @($keys.Kind) | Should -Be @('Primary', 'Secondary', 'PrimaryReadOnly', 'SecondaryReadOnly')
        @($keys.Access) | Should -Be @('ReadWrite', 'ReadWrite', 'ReadOnly', 'ReadOnly')
        @($keys.AccountName | Sort-Object -Unique) | Should -Be @('myaccount')
        foreach ($key in $keys) {
            $key.Key | Should -BeOfType ([System.Security.SecureString])
            [System.Convert]::FromBase64String((ConvertFrom-Secret -Secret $key.Key)).Length | Should -Be 64
        }
    }

    It 'gets the read-only keys of <Account> where it may have no others' -ForEach @(
        @{ Account = 'readeraccount' }
        @{ Account = 'plainreader' }
        @{ Account = 'lockedaccount' }
    ) {
        @((Get-CosmiAccountKey -AccountName $Account).Kind) | Should -Be @('PrimaryReadOnly', 'SecondaryReadOnly')
    }

    It 'gets read-only keys when asked for, as the tutorial does' {
        $keys = Get-CosmiAccountKey -SubscriptionId $simulator.subscriptionId -ResourceGroupName rg -AccountName myaccount -Kind ReadOnly
        @($keys.Kind) | Should -Be @('PrimaryReadOnly', 'SecondaryReadOnly')
    }

    It 'gives texts with -AsPlainText, and only then' {
        $key = (Get-CosmiAccountKey -AccountName myaccount -AsPlainText)[0]
        $key.Key | Should -BeOfType ([string])
        $key | Out-String | Should -BeLike "*$($key.Key.Substring(0, 8))*"
        Get-CosmiAccountKey -AccountName myaccount | Out-String | Should -Not -BeLike "*$($key.Key.Substring(0, 8))*"
    }

    It 'takes accounts from the pipeline' {
        @(('myaccount', 'readeraccount' | Get-CosmiAccountKey -Kind ReadOnly).AccountName) | Should -Be @('myaccount', 'myaccount', 'readeraccount', 'readeraccount')
        @((Get-CosmiAccount -AccountName myaccount | Get-CosmiAccountKey -Kind ReadOnly).Kind)[0] | Should -Be 'PrimaryReadOnly'
        $id = (Get-CosmiAccount -AccountName myaccount).id
        @(([pscustomobject]@{ ResourceId = $id } | Get-CosmiAccountKey).Kind)[0] | Should -Be 'Primary'
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that the identity may not'; Arguments = @{ AccountName = 'noaccess' }; Id = 'Cosmi.Forbidden'; Category = 'PermissionDenied'; Action = '*Cosmos DB Account Reader Role*' }
        @{ What = 'that the identity may not write'; Arguments = @{ AccountName = 'readeraccount'; Kind = 'ReadWrite' }; Id = 'Cosmi.Forbidden'; Category = 'PermissionDenied'; Action = '*' }
        @{ What = 'that the account is locked'; Arguments = @{ AccountName = 'lockedaccount'; Kind = 'ReadWrite' }; Id = 'Cosmi.Conflict'; Category = 'ResourceExists'; Action = '*' }
        @{ What = 'that there is no such account'; Arguments = @{ AccountName = 'nosuchaccount' }; Id = 'Cosmi.NotFound'; Category = 'ObjectNotFound'; Action = '*check the name*' }
    ) {
        $failure = Invoke-Failing { Get-CosmiAccountKey @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Category | Should -Be $Category
        $failure.Target | Should -Be $Arguments.AccountName
        $failure.Action | Should -BeLike $Action
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'names the request for a support case' {
        $failure = Invoke-Failing { Get-CosmiAccountKey -AccountName noaccess -ErrorAction Stop }
        $failure.Record.Exception.RequestId | Should -Not -BeNullOrEmpty
        $failure.Message | Should -BeLike "*$($failure.Record.Exception.RequestId)*"
    }
}
